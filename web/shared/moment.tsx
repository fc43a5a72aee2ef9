import { signal } from '@preact/signals';
import type { VNode } from 'preact';
import { relative } from './relative.js';

/** A relative time ("3 min ago"), with the exact time on hover. `at` is in epoch milliseconds. */
export function Moment({ at }: { at: number | null | undefined }): VNode {
  if (at === null || at === undefined) return <span class="soft">–</span>;
  const date = new Date(at);
  return (
    <time class="nowrap" dateTime={date.toISOString()} title={exact(at)}>
      {relative(at, now.value)}
    </time>
  );
}

/** The same for a time of Stripe's, in epoch seconds. */
export function StripeTime({ at }: { at: number | null | undefined }): VNode {
  return <Moment at={at === null || at === undefined ? null : at * 1000} />;
}

/** `Nov 24, 2026, 12:04:31` */
export function exact(at: number): string {
  return formats.exact.format(at);
}

/** `Nov 24, 2026` */
export function day(at: number): string {
  return formats.day.format(at);
}

/** `Nov 24, 2026, 12:04 UTC` */
export function utc(at: number): string {
  return `${formats.utc.format(at)} UTC`;
}

/** `12:04:31` */
export function clock(at: number | string): string {
  return formats.clock.format(new Date(at));
}

/** A format is slow to make, and a table has one time a row. */
const formats = {
  exact: new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' }),
  day: new Intl.DateTimeFormat('en-US', { dateStyle: 'medium' }),
  utc: new Intl.DateTimeFormat('en-US', {
    dateStyle: 'medium',
    timeStyle: 'short',
    hourCycle: 'h23',
    timeZone: 'UTC',
  }),
  clock: new Intl.DateTimeFormat('en-US', { timeStyle: 'medium', hourCycle: 'h23' }),
};

/**
 * Sets the current time, in epoch milliseconds, of a server whose clock can be moved. Relative times then refer to it.
 */
export function tellTime(at: number): void {
  const apart = at - Date.now();
  // A small difference means nothing: the server sends whole seconds, and the response took a while.
  const before = ahead;
  ahead = Math.abs(apart) < 3_000 ? 0 : apart;
  // Every answer has the time: the page's times are written again only when the clock was moved.
  if (Math.abs(ahead - before) >= 1_000) now.value = Date.now() + ahead;
}

/** The current time of the server, in epoch milliseconds. */
export function present(): number {
  return now.value;
}

let ahead = 0;

/** Ticks once a second, for all relative times of a page. */
const now = signal(Date.now());
setInterval(() => {
  now.value = Date.now() + ahead;
}, 1000);

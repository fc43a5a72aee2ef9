import { signal } from '@preact/signals';
import type { VNode } from 'preact';
import { relative } from './relative.js';

/** A time as people think of it ("3 min ago"), the exact one on hover. `at` is epoch ms. */
export function Moment({ at }: { at: number | null | undefined }): VNode {
  if (at === null || at === undefined) return <span class="soft">–</span>;
  const date = new Date(at);
  return (
    <time class="nowrap" dateTime={date.toISOString()} title={exact(at)}>
      {relative(at, now.value)}
    </time>
  );
}

/** The same for Stripe's epoch seconds. */
export function StripeTime({ at }: { at: number | null | undefined }): VNode {
  return <Moment at={at === null || at === undefined ? null : at * 1000} />;
}

/** `24 Nov 2026, 12:04:31` */
export function exact(at: number): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' }).format(at);
}

/** `24 Nov 2026` */
export function day(at: number): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' }).format(at);
}

/** `12:04:31` */
export function clock(at: number | string): string {
  return new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' }).format(new Date(at));
}

/** A server whose time can be moved says what time it is there: relative times are then told from that. Epoch ms. */
export function tellTime(at: number): void {
  const apart = at - Date.now();
  // It is told in whole seconds, and the way takes a moment.
  ahead = Math.abs(apart) < 3_000 ? 0 : apart;
  now.value = Date.now() + ahead;
}

/** The present moment, there. Epoch ms. */
export function present(): number {
  return now.value;
}

let ahead = 0;

/** One second hand for all relative times of a page. */
const now = signal(Date.now());
setInterval(() => {
  now.value = Date.now() + ahead;
}, 1000);

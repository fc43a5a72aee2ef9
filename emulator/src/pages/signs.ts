import type { EmulatorClock } from '../clock/emulator-clock.js';
import type { Faults } from '../delivery/fault.js';
import { momentOf } from './dates.js';
import type { Html } from './html.js';
import { html } from './html.js';

/** A few seconds are no sign: a clock that was moved back to the real time is not exact. */
const APART_MS = 5_000;

/** What a customer's page says while faults are on, or the time is not real. Null: nothing of that is so. */
export function signs(faults: Faults, clock: EmulatorClock): Html | null {
  const on = Object.entries(faults).filter(([name, number]) => isFault(name) && number > 0);
  const time = timeText(clock);
  if (on.length === 0 && time === null) return null;
  const names = on.map(([name, number]) => `${name} = ${number}`).join(', ');
  return html`<div class="signs">
    ${on.length === 0 ? null : html`<p>Faults are on: ${names}</p>`} ${time === null ? null : html`<p>${time}</p>`}
  </div>`;
}

/** The other numbers only say how another fault goes about. */
const isFault = (name: string): boolean => /_every$|_per_second$|^latency_ms$/.test(name);

function timeText({ state: { now, rate }, aheadMs }: EmulatorClock): string | null {
  const moment = momentOf(now.getTime() / 1_000);
  if (rate === 0) return `Time is frozen: ${moment}`;
  if (rate !== 1) return `Time runs ${rate.toLocaleString('en-US')} times as fast: ${moment}`;
  return Math.abs(aheadMs) > APART_MS ? `Time was moved: ${moment}` : null;
}

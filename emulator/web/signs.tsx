import type { VNode } from 'preact';
import { relative } from '../../web/shared/relative.js';
import { utc } from '../../web/shared/moment.js';
import { own } from './api.js';
import type { OwnClock } from './clock/clocks.js';
import { isOn, labelOf, type FaultState } from './fault/fault-words.js';
import { useLoaded } from './loaded.js';
import { href } from './route.js';

/** Shown above every page while the emulator does not behave as it would by itself: faults are on, or the time is not real. */
export function Signs(): VNode {
  const faults = useLoaded('sign of faults', ['state'], () => own<FaultState>('/_emulator/faults')).value.value;
  const clock = useLoaded('sign of the clock', ['state'], () => own<OwnClock>('/_emulator/clock')).value.value;
  const on = faults === undefined ? [] : Object.keys(faults).filter((name) => isOn(name, faults));
  const time = clock && timeText(clock);
  return (
    <div class="signs" role="status">
      {on.length > 0 && (
        <p>
          <strong>{on.length === 1 ? '1 fault is on' : `${on.length} faults are on`}</strong>
          <span class="fill">{on.map(labelOf).join(', ')}</span>
          <a href={href('faults')}>Faults</a>
        </p>
      )}
      {time && (
        <p>
          <strong>{time.title}</strong>
          <span class="fill">{time.text}</span>
          <a href={href('clocks')}>Clocks</a>
        </p>
      )}
    </div>
  );
}

/** Undefined: the clock is real. A few seconds are no sign: answers take time, and clocks of machines differ. */
function timeText({ now, rate }: OwnClock): { title: string; text: string } | undefined {
  const here = Date.parse(now);
  const isMoved = Math.abs(here - Date.now()) > APART_MS;
  const real = relative(here, Date.now())
    .replace(/^in (.*)/, '$1 ahead of')
    .replace(/ ago$/, ' behind');
  const text = isMoved ? `${utc(here)}, ${real} real time` : utc(here);
  if (rate === 0) return { title: 'Time is frozen', text };
  if (rate !== 1) return { title: `Time runs ${rate.toLocaleString('en')} times as fast`, text };
  return isMoved ? { title: 'Time was moved', text } : undefined;
}

const APART_MS = 5_000;

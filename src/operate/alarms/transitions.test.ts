import { describe, expect, test } from 'vitest';
import type { Alarm } from './alarm.js';
import { transitionsOf, type OpenAlarm } from './transitions.js';

const START = new Date('2026-11-30T12:00:00Z');
const after = (ms: number): Date => new Date(START.getTime() + ms);
const MINUTE_MS = 60_000;
const alarm = (more: Partial<Alarm> = {}): Alarm => ({
  code: 'behind',
  account: '',
  livemode: false,
  severity: 'warning',
  since: START,
  text: 'It waits.',
  ...more,
});

/** Runs rounds of what was found, a minute apart, and lists the notices with their minutes. */
function story(...rounds: Alarm[][]): string[] {
  let open: OpenAlarm[] = [];
  let drawn = 0;
  return rounds.flatMap((found, minute) => {
    const changes = transitionsOf(open, found, after(minute * MINUTE_MS), () => String((drawn += 1)));
    open = changes.open;
    return changes.notices.map(({ id }) => `${minute}: ${id}`);
  });
}

describe('an alarm', () => {
  test('is raised once, however often it is found', () => {
    expect(story([alarm()], [alarm()], [alarm({ text: 'It waits longer.' })])).toEqual(['0: alm_1_raised']);
  });

  test('escalates once, and does not come down before it is over', () => {
    const critical = alarm({ severity: 'critical' });
    expect(story([alarm()], [critical], [critical], [alarm()], [critical])).toEqual([
      '0: alm_1_raised',
      '1: alm_1_escalated',
    ]);
  });

  test('clears after its cause was gone for two minutes', () => {
    expect(story([alarm()], [], [], [], [])).toEqual(['0: alm_1_raised', '3: alm_1_cleared']);
  });

  test('that comes and goes within two minutes is one alarm', () => {
    expect(story([alarm()], [], [alarm()], [], [], [alarm()])).toEqual(['0: alm_1_raised']);
  });

  test('that comes back after it has cleared is another one', () => {
    expect(story([alarm()], [], [], [], [alarm()])).toEqual(['0: alm_1_raised', '3: alm_1_cleared', '4: alm_2_raised']);
  });

  test('of another account or kind is another one', () => {
    const other = alarm({ account: 'acct_2' });
    expect(story([alarm(), other, alarm({ code: 'edge' })])).toHaveLength(3);
  });
});

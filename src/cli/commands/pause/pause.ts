import { operateOffline, type OperateOffline } from '../../operate.js';
import { caller } from '../../terminal/caller.js';
import { parseDuration } from '../../terminal/moment-of.js';
import { moment } from '../../terminal/table.js';

export interface PauseCommand extends OperateOffline {
  account: string | undefined;
  forTime: string | undefined;
  reason: string | undefined;
  json: boolean;
}

/** Pauses proving. The status names the user of this machine as the one who did it. */
export async function pause({ account, forTime, reason, json, ...where }: PauseCommand): Promise<void> {
  const until = forTime === undefined ? undefined : new Date(Date.now() + parseDuration(forTime));
  const held = await operateOffline(where, (operations) =>
    operations.holds.pause({ account, by: caller(), reason, until }),
  );
  if (json) return console.log(JSON.stringify(held));
  const now = new Date();
  const lines = held.map(({ account: name, livemode, until: end }) => {
    const ends = end === null ? 'until lockstep resume' : `until ${moment(end, now)}`;
    return `  paused ${name} (${livemode ? 'live' : 'test'} mode) ${ends}`;
  });
  console.log(
    [...lines, '  next  lockstep status shows what waits; every process follows within 5 seconds'].join('\n'),
  );
}

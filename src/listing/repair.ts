import { differencesOf } from './verified-type.js';
import { listType, type Compared } from './first-look.js';
import type { Drift } from './second-look.js';
import type { VerifyDeps, VerifyRun } from './verify.js';

const LOOK_MS = 100;

/** Every difference becomes a hint, and the proving loop does the rest. Returns how many were proven in time. */
export async function repair(deps: VerifyDeps, run: VerifyRun, compared: Compared, drift: Drift): Promise<number> {
  const { database, marks, clock, wake } = deps;
  const until = clock.now().getTime() + run.repairMs;
  const total = differencesOf(drift);
  const { hints } = drift;
  if (hints === null) {
    await listType(deps, run, compared, { mode: 'mark' });
    wake();
    const { reach, plan } = compared;
    const left = await leftInTime(deps, run, until, async () => (await marks.ids(reach, plan.type)).length);
    return Math.max(0, total - left);
  }
  const marked = await database.transaction((tx) => marks.mark(tx, hints, clock.now()));
  wake();
  return total - (await leftInTime(deps, run, until, async () => (await marks.unproven(marked)).length));
}

/** Waits until none is left or the time is over. Returns how many are left then. */
async function leftInTime(
  { clock }: VerifyDeps,
  { signal }: VerifyRun,
  until: number,
  count: () => Promise<number>,
): Promise<number> {
  for (;;) {
    const left = await count();
    if (left === 0 || clock.now().getTime() >= until || signal.aborted) return left;
    await clock.sleep(LOOK_MS, signal);
  }
}

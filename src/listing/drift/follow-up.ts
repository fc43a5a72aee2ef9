import { keyText } from '../../kernel/source.js';
import type { Marked, Mirror } from '../../mirror/mirror.js';
import type { Database } from '../../store/database.js';
import type { Cause } from './cause.js';
import type { Closing, DriftRecord, OpenFinding } from './drift-record.js';

export interface FollowUpDeps {
  database: Database;
  mirror: Mirror;
  drift: DriftRecord;
}

const AT_ONCE = 500;

/**
 * Closes the findings that a proof has repaired since. What the proof showed can tell more than the listing did: that
 * Stripe has what it did not list, and that the event was only late.
 * @param verified the objects that `verify --repair` had read again, by `keyText`
 */
export async function followUp(
  { database, mirror, drift }: FollowUpDeps,
  verified: ReadonlySet<string> = new Set(),
): Promise<void> {
  for (let after = 0; ;) {
    const open = await drift.open(after, AT_ONCE);
    const states = await mirror.readMarked(database, open);
    const repaired = open.flatMap((one) => {
      const provenAt = repairedAt(one, states.get(keyText(one)));
      return provenAt === undefined ? [] : [{ one, provenAt }];
    });
    const late = await drift.late(repaired.flatMap(({ one }) => (one.cause === 'not_received' ? one : [])));
    await drift.close(
      repaired.map(({ one, provenAt }) => {
        const isThere = states.get(keyText(one))?.row?.deleted === false;
        const cause = causeAfter(one, { isThere, isLate: late.has(one.number) });
        const repairedBy = verified.has(keyText(one)) ? 'verify' : 'proof';
        return { number: one.number, cause, repairedAt: provenAt, repairedBy } satisfies Closing;
      }),
    );
    const last = open.at(-1);
    if (last === undefined || open.length < AT_ONCE) return;
    after = last.number;
  }
}

/** When a proof repaired it. undefined: none has yet. What a list hid was right all along. */
export function repairedAt(
  { seenAt, cause }: Pick<OpenFinding, 'seenAt' | 'cause'>,
  state: Marked | undefined,
): Date | undefined {
  if (cause === 'hidden') return seenAt;
  const provenAt = state?.row?.provenAt ?? null;
  if (state === undefined || state.marked || provenAt === null) return undefined;
  return provenAt >= seenAt ? provenAt : undefined;
}

/** The cause, with what the proof has shown. */
export function causeAfter(
  { how, cause }: Pick<OpenFinding, 'how' | 'cause'>,
  { isThere, isLate }: { isThere: boolean; isLate: boolean },
): Cause {
  if (how === 'extra' && isThere && cause !== 'edited') return 'hidden';
  return isLate && cause === 'not_received' ? 'waiting' : cause;
}

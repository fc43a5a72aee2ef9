import { onlySweptReason } from '../catalog/only-swept.js';
import type { Hint } from '../inbox/hint.js';
import { keyText, type ObjectKey } from '../kernel/source.js';
import { failureOf } from '../store/failure.js';
import type { StripeObject } from '../stripe/gateway.js';
import { differingObject, type DifferingObject } from './differing-object.js';
import { failureText } from './failure-text.js';
import type { FirstLook } from './first-look.js';
import { judge, listedOn } from './judge.js';
import { differences, type SweptType } from './sweep-type.js';
import { differencesOf, NAMED_MAX, type DifferenceCounts, type VerifiedType } from './verified-type.js';
import type { VerifyDeps, VerifyRun } from './verify.js';

/** The differences that remain at the second look. */
export interface Drift extends DifferenceCounts, Pick<VerifiedType, 'objects' | 'notChecked'> {
  /** Null if there are too many to name, or if the objects cannot be read one by one. */
  hints: Hint[] | null;
}

/** More differences than this cannot all be changes on their way. They are counted without a second look. */
const CONFIRM_MAX = 500;

export function mayDiffer({ missing, extra, different, cut }: SweptType): boolean {
  return missing.count + extra.count + different.count + cut.count > 0;
}

/**
 * Compares the objects that differed once more. A difference is not drift if its event was still on its way, or if the
 * object has been marked since. An object that the list showed only in part is decided here.
 */
export async function lookAgain(deps: VerifyDeps, run: VerifyRun, first: FirstLook): Promise<Drift> {
  const { plan, swept } = first;
  const { missing, extra, different, cut } = swept;
  const drift: Drift = { missing: 0, extra: 0, different: 0, onlySwept: 0, objects: [], notChecked: [], hints: [] };
  if (!mayDiffer(swept)) return drift;
  const all = missing.count + extra.count + different.count;
  const isUnreadable = plan.kind === 'list' && !plan.readable;
  if (all > CONFIRM_MAX || cut.count > cut.hints.length || isUnreadable) return unconfirmed(first);
  if (all > 0) await restOfGrace(deps, run, first.endedAt);
  for (const hint of [...differences(swept), ...cut.hints]) await lookAgainAt(deps, run, { first, hint, drift });
  return drift;
}

async function restOfGrace({ clock }: VerifyDeps, { graceMs, signal }: VerifyRun, since: Date): Promise<void> {
  const restMs = graceMs - (clock.now().getTime() - since.getTime());
  if (restMs > 0) await clock.sleep(Math.min(restMs, graceMs), signal);
}

/** Adds one object to the drift if it still differs. */
async function lookAgainAt(
  deps: VerifyDeps,
  run: VerifyRun,
  { first, hint, drift }: { first: FirstLook; hint: Hint; drift: Drift },
): Promise<void> {
  try {
    const found = await stillDiffering(deps, run, first, hint);
    if (found === undefined) return;
    drift[found.onlySwept === null ? found.how : 'onlySwept'] += 1;
    if (drift.objects.length < NAMED_MAX) drift.objects.push(found);
    drift.hints?.push(hint);
  } catch (error) {
    if (run.signal.aborted || failureOf(error) === 'away') throw error;
    // If one object cannot be read, the others still can.
    const { type, id } = hint;
    if (drift.notChecked.length < NAMED_MAX)
      drift.notChecked.push({ type, id, reason: failureText(error, `reading ${type} ${id}`) });
  }
}

/** The result without a second look: there are too many differences, or only the list shows the objects. */
function unconfirmed({ plan: { type }, swept: { missing, extra, different }, shown }: FirstLook): Drift {
  const found = { missing: missing.count, extra: extra.count, different: different.count, onlySwept: 0 };
  const room = NAMED_MAX - shown.length;
  const unlisted = extra.hints.slice(0, room).map(({ id }) => extraObject(type, id, null));
  const isSwept = onlySweptReason(type) !== undefined;
  const counts = isSwept ? { missing: 0, extra: 0, different: 0, onlySwept: differencesOf(found) } : found;
  return { ...counts, objects: [...shown, ...unlisted], notChecked: [], hints: null };
}

/** Reads one object. undefined: it is equal by now, or known to have changed. */
async function stillDiffering(
  deps: VerifyDeps,
  { retry, signal }: VerifyRun,
  { reach, plan: { type } }: FirstLook,
  { parents, ...key }: Hint,
): Promise<DifferingObject | undefined> {
  const { database, mirror, gateways } = deps;
  const { found, readAt } = await retry(() => gateways(reach).read(type, key.id, parents, signal), signal);
  if (found === null) return extraNow(deps, key);
  const page = { data: [found], hasMore: false, readAt };
  const [judged] = await judge(database, mirror, listedOn([{ page, parents }], { source: key, type }));
  return judged?.verdict === 'missing' || judged?.verdict === 'different' ? differingObject(judged) : undefined;
}

/** For an object that Stripe does not have. Undefined if the mirror does not have it either, or it is marked. */
async function extraNow({ database, mirror }: VerifyDeps, key: ObjectKey): Promise<DifferingObject | undefined> {
  const { row, marked } = (await mirror.readMarked(database, [key])).get(keyText(key)) ?? {};
  if (marked === true) return undefined;
  if (row !== undefined && !row.deleted) return extraObject(key.type, key.id, row.data);
  const children = (await mirror.children(database, [key])).get(keyText(key)) ?? [];
  return children.some(({ deleted }) => !deleted) ? extraObject(key.type, key.id, null) : undefined;
}

function extraObject(type: string, id: string, ours: StripeObject | null): DifferingObject {
  const onlySwept = ours === null ? onlySweptReason(type) : onlySweptReason(type, { ours, theirs: null });
  return { id, how: 'extra', fields: [], moreFields: 0, onlySwept: onlySwept ?? null };
}

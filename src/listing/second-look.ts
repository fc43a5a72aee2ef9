import { onlySweptReason } from '../catalog/only-swept.js';
import type { Hint } from '../inbox/hint.js';
import { keyText, type ObjectKey } from '../kernel/source.js';
import { failureOf } from '../store/failure.js';
import type { StripeObject } from '../stripe/gateway.js';
import { differingObject } from './differing-object.js';
import type { DifferingObject, ExcusedObject, UnexplainedObject } from './differing-object.js';
import type { Explanation } from './drift/cause.js';
import type { DriftFinding } from './drift/drift-record.js';
import { createExplainer, type UnexplainedDifference, type Explainer } from './drift/explain-differences.js';
import { failureText } from './failure-text.js';
import type { FirstLook } from './first-look.js';
import { judge, listedOn } from './judge.js';
import { differences, type CauseCounts, type SweptType } from './sweep-type.js';
import {
  differencesOf,
  NAMED_MAX,
  type DifferenceCounts,
  type NotChecked,
  type VerifiedType,
} from './verified-type.js';
import type { VerifyDeps, VerifyRun } from './verify.js';

/** The differences that remain at the second look. */
export interface Drift extends DifferenceCounts, Pick<VerifiedType, 'objects' | 'notChecked' | 'causes' | 'excused'> {
  /** Null if there are too many to name, or if the objects cannot be read one by one. */
  hints: Hint[] | null;
  /** What differs and why, to be noted: the first of it. */
  found: DriftFinding[];
  /** Whether it is drift: not before the type was loaded once. */
  isLoaded: boolean;
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
  const { reach, plan, swept } = first;
  const { account, livemode } = reach;
  const { missing, extra, different, cut, pending } = swept;
  if (!mayDiffer(swept) && pending.length === 0) return noDrift;
  const explainer = await createExplainer(deps, {
    source: { account, livemode },
    type: plan.type,
    now: deps.clock.now(),
  });
  const all = missing.count + extra.count + different.count;
  const isUnreadable = plan.kind === 'list' && !plan.readable;
  if (all > CONFIRM_MAX || cut.count > cut.hints.length || (isUnreadable && mayDiffer(swept)))
    return unconfirmed(first, explainer.isLoaded);
  const looked: Looked = { differing: [], hidden: [], notChecked: [] };
  if (all > 0) await restOfGrace(deps, run, first.endedAt);
  for (const hint of [...differences(swept), ...cut.hints]) await lookAgainAt(deps, run, { first, hint, looked });
  return explained(explainer, looked, first);
}

/** What the second look saw. */
interface Looked {
  differing: Differing[];
  /** What Stripe has, and did not list. */
  hidden: UnexplainedDifference[];
  notChecked: NotChecked[];
}

interface Differing {
  hint: Hint;
  object: UnexplainedObject;
  difference: UnexplainedDifference;
}

/** Counts what still differs, with the causes. What waits for its proof is known from the first look. */
async function explained(explainer: Explainer, looked: Looked, { swept, found }: FirstLook): Promise<Drift> {
  const drift: Drift = { ...noDrift, notChecked: looked.notChecked, isLoaded: explainer.isLoaded };
  const causes = await explainer.explain(looked.differing.map(({ difference }) => difference));
  const hidden = await explainer.explain(looked.hidden);
  const excused = [...swept.pending, ...hidden];
  const objects = looked.differing.map(({ object }, index) => withCause(object, causes[index]));
  for (const { how, onlySwept } of objects) drift[onlySwept === null ? how : 'onlySwept'] += 1;
  return {
    ...drift,
    objects: objects.slice(0, NAMED_MAX),
    hints: looked.differing.map(({ hint }) => hint),
    found: [...causes, ...hidden, ...found.filter(({ waitsSince }) => waitsSince !== null)],
    causes: countCauses([...causes, ...excused]),
    excused: excused.slice(0, NAMED_MAX).map(excusedOf),
  };
}

const noDrift: Drift = {
  missing: 0,
  extra: 0,
  different: 0,
  onlySwept: 0,
  objects: [],
  notChecked: [],
  causes: {},
  excused: [],
  hints: [],
  found: [],
  isLoaded: true,
};

function withCause(object: UnexplainedObject, explanation: Explanation | undefined): DifferingObject {
  return { ...object, cause: explanation?.cause ?? 'unknown', causeDetail: explanation?.detail ?? null };
}

function excusedOf({ id, how, cause, detail }: DriftFinding): ExcusedObject {
  return { id, how, cause, causeDetail: detail };
}

function countCauses(found: readonly DriftFinding[]): CauseCounts {
  const counts: CauseCounts = {};
  for (const { cause } of found) counts[cause] = (counts[cause] ?? 0) + 1;
  return counts;
}

async function restOfGrace({ clock }: VerifyDeps, { graceMs, signal }: VerifyRun, since: Date): Promise<void> {
  const restMs = graceMs - (clock.now().getTime() - since.getTime());
  if (restMs > 0) await clock.sleep(Math.min(restMs, graceMs), signal);
}

/** Adds one object to what was seen if it still differs. */
async function lookAgainAt(
  deps: VerifyDeps,
  run: VerifyRun,
  { first, hint, looked }: { first: FirstLook; hint: Hint; looked: Looked },
): Promise<void> {
  try {
    const seen = await stillDiffering(deps, run, first, hint);
    if (seen === undefined) return;
    if ('isAnswered' in seen) looked.hidden.push(seen);
    else looked.differing.push(seen);
  } catch (error) {
    if (run.signal.aborted || failureOf(error) === 'away') throw error;
    // If one object cannot be read, the others still can.
    const { type, id } = hint;
    if (looked.notChecked.length < NAMED_MAX)
      looked.notChecked.push({ type, id, reason: failureText(error, `reading ${type} ${id}`) });
  }
}

/** The result without a second look: there are too many differences, or only the list shows the objects. */
function unconfirmed({ plan: { type }, swept, shown, found }: FirstLook, isLoaded: boolean): Drift {
  const { missing, extra, different, causes, pending } = swept;
  const counted = { missing: missing.count, extra: extra.count, different: different.count, onlySwept: 0 };
  const room = NAMED_MAX - shown.length;
  const unlisted = extra.hints.slice(0, room).map(({ id }) => extraObject(type, id, null));
  const isSwept = onlySweptReason(type) !== undefined;
  const counts = isSwept ? { missing: 0, extra: 0, different: 0, onlySwept: differencesOf(counted) } : counted;
  const byId = new Map(found.map((one) => [one.id, one]));
  return {
    ...counts,
    objects: [...shown, ...unlisted].map((object) => withCause(object, byId.get(object.id))),
    notChecked: [],
    causes,
    excused: pending.map(excusedOf),
    hints: null,
    found,
    isLoaded,
  };
}

/** Reads one object. undefined: it is equal by now, or known to have changed. */
async function stillDiffering(
  deps: VerifyDeps,
  { retry, signal }: VerifyRun,
  { reach, plan: { type }, swept }: FirstLook,
  hint: Hint,
): Promise<Differing | (UnexplainedDifference & { isAnswered: true }) | undefined> {
  const { database, mirror, gateways } = deps;
  const { account, livemode, id, parents } = hint;
  const key: ObjectKey = { account, livemode, type, id };
  const { found, readAt } = await retry(() => gateways(reach).read(type, id, parents, signal), signal);
  if (found === null) return extraNow(deps, hint);
  const page = { data: [found], hasMore: false, readAt };
  const [judged] = await judge(database, mirror, listedOn([{ page, parents }], { source: key, type }));
  if (judged === undefined) return undefined;
  const { verdict, ours, object: theirs, isInParts } = judged;
  if (verdict === 'missing' || verdict === 'different') {
    const object = differingObject(judged);
    return { hint, object, difference: { key, how: object.how, ours, theirs, isInParts } };
  }
  const wasUnlisted = swept.extra.hints.some((extra) => extra.id === id);
  return verdict === 'equal' && wasUnlisted ? { key, how: 'extra', ours, theirs: null, isAnswered: true } : undefined;
}

/** For an object that Stripe does not have. Undefined if the mirror does not have it either, or it is marked. */
async function extraNow({ database, mirror }: VerifyDeps, hint: Hint): Promise<Differing | undefined> {
  const { account, livemode, type, id } = hint;
  const key: ObjectKey = { account, livemode, type, id };
  const { row, marked } = (await mirror.readMarked(database, [key])).get(keyText(key)) ?? {};
  if (marked === true) return undefined;
  const ours = row !== undefined && !row.deleted ? row.data : null;
  if (ours === null) {
    const children = (await mirror.children(database, [key])).get(keyText(key)) ?? [];
    if (children.every(({ deleted }) => deleted)) return undefined;
  }
  return { hint, object: extraObject(type, id, ours), difference: { key, how: 'extra', ours, theirs: null } };
}

function extraObject(type: string, id: string, ours: StripeObject | null): UnexplainedObject {
  const onlySwept = ours === null ? onlySweptReason(type) : onlySweptReason(type, { ours, theirs: null });
  return { id, how: 'extra', fields: [], moreFields: 0, onlySwept: onlySwept ?? null };
}

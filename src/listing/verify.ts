import { catalogOf } from '../catalog/catalog.js';
import { onlySweptReason } from '../catalog/only-swept.js';
import type { Hint } from '../inbox/hint.js';
import { keyText, type ObjectKey, type Source } from '../kernel/source.js';
import { failureOf } from '../store/failure.js';
import { unlistableOf } from '../stripe/failure.js';
import type { StripeObject } from '../stripe/gateway.js';
import type { Gateways, Reach } from '../stripe/gateways.js';
import { differingObject, type DifferingObject } from './differing-object.js';
import { nextSweep, type Schedule } from './due-sweep.js';
import { failureText } from './failure-text.js';
import { judge, listedOn, type Judged } from './judge.js';
import { compared, planOf, type ListingPlan } from './plan.js';
import { createRetry, type Retry } from './retry.js';
import { isUnchecked } from './skips.js';
import { differences, sweepType, type SweepParts, type SweptType } from './sweep-type.js';
import type { SweepHistory } from './sweep-history.js';
import { hasTooManyParents, PARENTS_MAX, TOO_MANY_PARENTS } from './too-many.js';

export interface VerifyParts extends SweepParts {
  sweeps: SweepHistory;
  gateways: Gateways;
  /** When sweeps are due: what only they can find is found then. */
  schedule: Omit<Schedule, 'parentsMax'>;
  /** There are new marks. */
  wake: () => void;
}

/** How the comparison of one type of one account ended. */
export interface VerifiedType extends Source {
  /** The object type. */
  type: string;
  /** Objects that Stripe listed. */
  rows: number;
  /** Drift: at Stripe and not in the mirror. */
  missing: number;
  /** Drift: in the mirror and not at Stripe. */
  extra: number;
  /** Drift: in both, and not the same. */
  different: number;
  /** Differences that are no drift: no event and no proof leads to them, so only a sweep finds them. */
  onlySwept: number;
  /** When the next sweep of the type is due; null: none is scheduled. */
  nextSweepAt: Date | null;
  /** Differences of all four kinds that were read again and repaired. */
  repaired: number;
  /** The objects that differ, the first twenty of them. */
  objects: DifferingObject[];
  /** Objects that wait to be read from Stripe: a change of theirs is known and on its way. */
  waiting: number;
  /** Objects and parents that Stripe did not answer for, the first twenty of them. */
  notChecked: NotChecked[];
  /** Parents that Stripe refuses to list objects of, and below which the mirror has none: the first twenty of them. */
  notApplicable: NotChecked[];
  /** The moment of which it is now known that the mirror equals Stripe; null: it is not known. */
  provenAt: Date | null;
  /** Why it could not be compared, or what keeps it from being proven. */
  note: string | null;
}

/** What was left out of a comparison, and why. */
export interface NotChecked {
  /** The type of the object, or of the parent whose objects could not be listed. */
  type: string;
  /** Its id. */
  id: string;
  /** What Stripe said, in words. */
  reason: string;
}

export interface VerifyAsk {
  sources: readonly Reach[];
  /** Default: all but `balance`, and but for those that are listed below each of too many parents, which get a note. */
  types?: readonly string[] | undefined;
  repair: boolean;
  /** How long after its type was listed a difference may be a change that is still on its way to us. Default 3 s. */
  graceMs?: number | undefined;
  /** How long a repair may take until it is reported as not done. Default 5 min. */
  repairMs?: number | undefined;
  onListed?: (type: string, listed: number) => void;
  onVerified?: (verified: VerifiedType) => void;
  signal: AbortSignal;
}

/** The note of what was not compared, for it was to end before that. */
export const STOPPED = 'stopped';

const GRACE_MS = 3_000;
const REPAIR_MS = 5 * 60_000;
const LOOK_MS = 100;
/** More differences than this are no changes on their way: they are counted without a second look. */
const CONFIRM_MAX = 500;
/** Objects of one type that a report names. */
const NAMED_MAX = 20;

/** Compares the mirror with Stripe by listing, type by type; with `repair`, every difference is read again and repaired. */
export function createVerify(parts: VerifyParts): (ask: VerifyAsk) => Promise<VerifiedType[]> {
  return async (asked) => {
    const ask: Run = { ...asked, retry: createRetry(parts.clock) };
    const chosen = ask.types?.flatMap((type) => planOf(type) ?? []) ?? compared;
    const verified: VerifiedType[] = [];
    const note = (one: VerifiedType): void => {
      verified.push(one);
      ask.onVerified?.(one);
    };
    const differing: Looked[] = [];
    for (const reach of ask.sources) {
      for (const plan of chosen) {
        const one = ask.signal.aborted ? stopped(reach, plan) : await lookAt(parts, reach, plan, ask);
        if (one === undefined) continue;
        // The other types are listed first: what differs waits once for its second look, not once per type.
        if ('swept' in one && mayDiffer(one.swept)) differing.push(one);
        else note('swept' in one ? await conclude(parts, one, ask) : one);
      }
    }
    for (const one of differing)
      note(ask.signal.aborted ? stopped(one.reach, one.plan) : await conclude(parts, one, ask));
    return verified;
  };
}

type Run = VerifyAsk & { retry: Retry };

/** A type as its listing ended. */
interface Looked {
  reach: Reach;
  plan: ListingPlan;
  swept: SweptType;
  /** What the listing itself showed of the first objects that differ. */
  shown: DifferingObject[];
  startedAt: Date;
  endedAt: Date;
}

/** undefined: the account does not use this type, and no row says otherwise. */
async function lookAt(
  parts: VerifyParts,
  reach: Reach,
  plan: ListingPlan,
  ask: Run,
): Promise<Looked | VerifiedType | undefined> {
  const { clock, database, mirror } = parts;
  const { type } = plan;
  const none = unproven(reach, plan);
  const source: Source = { account: none.account, livemode: none.livemode };
  const parentsMax = ask.types === undefined ? PARENTS_MAX : Infinity;
  if (await hasTooManyParents(parts, source, plan, parentsMax)) return { ...none, note: TOO_MANY_PARENTS };
  const startedAt = clock.now();
  try {
    const shown: DifferingObject[] = [];
    const swept = await look(parts, reach, plan, ask, 'look', (judged) => {
      if (shown.length < NAMED_MAX) shown.push(differingObject(judged));
    });
    return { reach, plan, swept, shown, startedAt, endedAt: clock.now() };
  } catch (error) {
    const stands = await mirror.scan(database, { source, type, after: '', asOf: clock.now(), limit: 1 });
    if (unlistableOf(error) === 'not_available' && stands.length === 0) return undefined;
    return { ...none, note: unlistableOf(error) ?? failureText(error, `listing ${tableOf(type)}`) };
  }
}

/** Looks again at what differed, repairs it where that is asked for, and stores the proof. */
async function conclude(parts: VerifyParts, looked: Looked, ask: Run): Promise<VerifiedType> {
  const { sweeps, clock, marks } = parts;
  const { reach, plan, swept, startedAt } = looked;
  const none = unproven(reach, plan);
  const source: Source = { account: none.account, livemode: none.livemode };
  const key = { ...source, type: plan.type, scope: 'all' } as const;
  let drift: Drift;
  try {
    drift = await confirm(parts, looked, ask);
  } catch (error) {
    return { ...none, rows: swept.listed, note: failureText(error, `reading ${tableOf(plan.type)}`) };
  }
  const { missing, extra, different, onlySwept, objects } = drift;
  const total = differencesOf(drift);
  const repaired = ask.repair && total > 0 ? await repair(parts, reach, plan, drift, ask) : 0;
  const dead = await marks.dead(source, plan.type);
  const notChecked = [...drift.notChecked, ...namedOf(swept.skipped.parents.filter(isUnchecked))];
  const proven = repaired === total && dead === 0 && notChecked.length === 0;
  if (proven) {
    await sweeps.begin(key, startedAt);
    await sweeps.finish(key, startedAt, clock.now(), swept);
  }
  const now = clock.now();
  return {
    ...{ ...none, missing, extra, different, onlySwept, objects, rows: swept.listed, repaired, notChecked },
    nextSweepAt: nextSweep(parts.schedule, source, plan.type, await sweeps.last([source]), now),
    waiting: (await marks.ids(source, plan.type)).length - dead,
    notApplicable: namedOf(swept.skipped.parents.filter((parent) => !isUnchecked(parent))),
    provenAt: proven ? swept.began : null,
    note: dead === 0 ? null : `${dead} could not be read from Stripe. See lockstep dead.`,
  };
}

type Counts = Pick<VerifiedType, 'missing' | 'extra' | 'different' | 'onlySwept'>;

/** Drift and what is left to a sweep. */
export function differencesOf({ missing, extra, different, onlySwept }: Counts): number {
  return missing + extra + different + onlySwept;
}

function namedOf(parents: readonly NotChecked[]): NotChecked[] {
  return parents.map(({ type, id, reason }) => ({ type, id, reason }));
}

function tableOf(type: string): string {
  return catalogOf(type)?.table ?? type;
}

const stopped = (reach: Reach, plan: ListingPlan): VerifiedType => ({ ...unproven(reach, plan), note: STOPPED });

const mayDiffer = ({ missing, extra, different, cut }: SweptType): boolean =>
  missing.count + extra.count + different.count + cut.count > 0;

function unproven({ account, livemode }: Reach, { type }: ListingPlan): VerifiedType {
  const counts = { rows: 0, missing: 0, extra: 0, different: 0, onlySwept: 0, repaired: 0, waiting: 0 };
  const lists = { objects: [], notChecked: [], notApplicable: [] };
  return { account, livemode, type, ...counts, ...lists, nextSweepAt: null, provenAt: null, note: null };
}

interface Drift extends Counts, Pick<VerifiedType, 'objects' | 'notChecked'> {
  /** null: too many to be named, or not to be read one by one. */
  hints: Hint[] | null;
}

/**
 * Looks again at what differed: a change whose event is still on its way is no drift, nor is what has been marked
 * since. What a list showed only in part is decided here.
 */
async function confirm(parts: VerifyParts, looked: Looked, ask: Run): Promise<Drift> {
  const { clock } = parts;
  const { plan, swept, endedAt } = looked;
  const { missing, extra, different, cut } = swept;
  const hints = [...differences(swept), ...cut.hints];
  const all = missing.count + extra.count + different.count;
  const drift: Drift = { missing: 0, extra: 0, different: 0, onlySwept: 0, objects: [], notChecked: [], hints: [] };
  if (!mayDiffer(swept)) return drift;
  if (all > CONFIRM_MAX || cut.count > cut.hints.length || (plan.kind === 'list' && !plan.readable))
    return unconfirmed(looked);
  const { graceMs = GRACE_MS, signal } = ask;
  const restMs = graceMs - (clock.now().getTime() - endedAt.getTime());
  if (all > 0 && restMs > 0) await clock.sleep(Math.min(restMs, graceMs), signal);
  for (const hint of hints) {
    try {
      const found = await lookAgain(parts, looked, hint, ask);
      if (found === undefined) continue;
      drift[found.onlySwept === null ? found.how : 'onlySwept'] += 1;
      if (drift.objects.length < NAMED_MAX) drift.objects.push(found);
      drift.hints?.push(hint);
    } catch (error) {
      if (signal.aborted || failureOf(error) === 'away') throw error;
      // One object that cannot be read says nothing about the others.
      const { type, id } = hint;
      if (drift.notChecked.length < NAMED_MAX)
        drift.notChecked.push({ type, id, reason: failureText(error, `reading ${type} ${id}`) });
    }
  }
  return drift;
}

/** Too many differences for a second look, or objects that nothing but their list shows. */
function unconfirmed({ plan: { type }, swept: { missing, extra, different }, shown }: Looked): Drift {
  const found = { missing: missing.count, extra: extra.count, different: different.count, onlySwept: 0 };
  const room = NAMED_MAX - shown.length;
  const unlisted = extra.hints.slice(0, room).map(({ id }) => extraObject(type, id, null));
  const isSwept = onlySweptReason(type) !== undefined;
  const counts = isSwept ? { missing: 0, extra: 0, different: 0, onlySwept: differencesOf(found) } : found;
  return { ...counts, objects: [...shown, ...unlisted], notChecked: [], hints: null };
}

/** undefined: it is equal by now, or known to have changed. */
async function lookAgain(
  parts: VerifyParts,
  { reach, plan: { type } }: Looked,
  { parents, ...key }: Hint,
  { retry, signal }: Run,
): Promise<DifferingObject | undefined> {
  const { database, mirror, gateways } = parts;
  const { found, readAt } = await retry(() => gateways(reach).read(type, key.id, parents, signal), signal);
  if (found === null) {
    const { row, marked } = (await mirror.readMarked(database, [key])).get(keyText(key)) ?? {};
    if ((await standsUnmarked(database, mirror, key)) !== 'extra' || marked === true) return undefined;
    return extraObject(type, key.id, row === undefined || row.deleted ? null : row.data);
  }
  const page = { data: [found], hasMore: false, readAt };
  const [judged] = await judge(database, mirror, listedOn([{ page, parents }], { source: key, type }));
  return judged?.verdict === 'missing' || judged?.verdict === 'different' ? differingObject(judged) : undefined;
}

function extraObject(type: string, id: string, ours: StripeObject | null): DifferingObject {
  const onlySwept = ours === null ? onlySweptReason(type) : onlySweptReason(type, { ours, theirs: null });
  return { id, how: 'extra', fields: [], moreFields: 0, onlySwept: onlySwept ?? null };
}

async function standsUnmarked(
  database: VerifyParts['database'],
  mirror: VerifyParts['mirror'],
  key: ObjectKey,
): Promise<'extra' | 'equal'> {
  const { row, marked } = (await mirror.readMarked(database, [key])).get(keyText(key)) ?? {};
  if (marked === true) return 'equal';
  if (row !== undefined && !row.deleted) return 'extra';
  const children = (await mirror.children(database, [key])).get(keyText(key)) ?? [];
  return children.some(({ deleted }) => !deleted) ? 'extra' : 'equal';
}

/** Every difference becomes a hint, and the proving loop does the rest; how many were proven in time. */
async function repair(parts: VerifyParts, reach: Reach, plan: ListingPlan, drift: Drift, ask: Run): Promise<number> {
  const { database, marks, clock, wake } = parts;
  const until = clock.now().getTime() + (ask.repairMs ?? REPAIR_MS);
  const total = differencesOf(drift);
  if (drift.hints === null) {
    await look(parts, reach, plan, ask, 'mark');
    wake();
    for (;;) {
      const left = (await marks.ids(reach, plan.type)).length;
      if (left === 0 || clock.now().getTime() >= until || ask.signal.aborted) return Math.max(0, total - left);
      await clock.sleep(LOOK_MS, ask.signal);
    }
  }
  const { hints } = drift;
  const marked = await database.transaction((tx) => marks.mark(tx, hints, clock.now()));
  wake();
  for (;;) {
    const left = (await marks.unproven(marked)).length;
    if (left === 0 || clock.now().getTime() >= until || ask.signal.aborted) return total - left;
    await clock.sleep(LOOK_MS, ask.signal);
  }
}

function look(
  parts: VerifyParts,
  reach: Reach,
  plan: ListingPlan,
  { signal, onListed, retry }: Run,
  mode: 'look' | 'mark',
  onDiffering?: (judged: Judged) => void,
): Promise<SweptType> {
  const source: Source = { account: reach.account, livemode: reach.livemode };
  const gateway = parts.gateways(reach);
  const onPage = (listed: number): void => onListed?.(plan.type, listed);
  return sweepType(parts, { source, plan, gateway, mode, signal, onPage, onDiffering, retry });
}

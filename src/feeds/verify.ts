import type { Hint } from '../inbox/hint.js';
import { messageOf } from '../kernel/error.js';
import { keyText, type ObjectKey, type Source } from '../kernel/source.js';
import { unlistableOf } from '../stripe/failure.js';
import type { Gateways, Reach } from '../stripe/gateways.js';
import { judge, listedOn } from './judge.js';
import { compared, planOf, type ListingPlan } from './listing-plan.js';
import { differences, sweepType, type SweepParts, type SweptType } from './sweep-type.js';
import type { Sweeps } from './sweeps.js';
import { hasTooManyParents, PARENTS_MAX, TOO_MANY_PARENTS } from './too-many.js';

export interface VerifyParts extends SweepParts {
  sweeps: Sweeps;
  gateways: Gateways;
  /** There are new marks. */
  wake: () => void;
}

/** How the comparison of one type of one account ended. */
export interface VerifiedType extends Source {
  /** The object type. */
  type: string;
  /** Objects that Stripe listed. */
  rows: number;
  /** At Stripe and not in the mirror. */
  missing: number;
  /** In the mirror and not at Stripe. */
  extra: number;
  /** In both, and not the same. */
  different: number;
  /** Of all three, those that have been proven anew. */
  repaired: number;
  /** The moment of which it is now known that the mirror equals Stripe; null: it is not known. */
  provenAt: Date | null;
  /** Why it could not be compared, or what keeps it from being proven. */
  note: string | null;
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

/** Compares the mirror with Stripe by listing, type by type; with `repair`, every difference is proven anew. */
export function createVerify(parts: VerifyParts): (ask: VerifyAsk) => Promise<VerifiedType[]> {
  return async (ask) => {
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
        // The next types are listed meanwhile: what differs waits for its second look once, and not type by type.
        if ('swept' in one && mayDiffer(one.swept)) differing.push(one);
        else note('swept' in one ? await conclude(parts, one, ask) : one);
      }
    }
    for (const one of differing)
      note(ask.signal.aborted ? stopped(one.reach, one.plan) : await conclude(parts, one, ask));
    return verified;
  };
}

/** A type as its listing ended. */
interface Looked {
  reach: Reach;
  plan: ListingPlan;
  swept: SweptType;
  startedAt: Date;
  endedAt: Date;
}

/** undefined: the account does not use this type, and no row says otherwise. */
async function lookAt(
  parts: VerifyParts,
  reach: Reach,
  plan: ListingPlan,
  ask: VerifyAsk,
): Promise<Looked | VerifiedType | undefined> {
  const { clock, database, mirror } = parts;
  const { type } = plan;
  const none = unproven(reach, plan);
  const source: Source = { account: none.account, livemode: none.livemode };
  const parentsMax = ask.types === undefined ? PARENTS_MAX : Infinity;
  if (await hasTooManyParents(parts, source, plan, parentsMax)) return { ...none, note: TOO_MANY_PARENTS };
  const startedAt = clock.now();
  try {
    const swept = await look(parts, reach, plan, ask, 'look');
    return { reach, plan, swept, startedAt, endedAt: clock.now() };
  } catch (error) {
    const stands = await mirror.scan(database, { source, type, after: '', asOf: clock.now(), limit: 1 });
    if (unlistableOf(error) === 'not_available' && stands.length === 0) return undefined;
    return { ...none, note: unlistableOf(error) ?? messageOf(error) };
  }
}

/** Looks again at what differed, repairs it where that is asked for, and stores the proof. */
async function conclude(parts: VerifyParts, looked: Looked, ask: VerifyAsk): Promise<VerifiedType> {
  const { sweeps, clock } = parts;
  const { reach, plan, swept, startedAt } = looked;
  const none = unproven(reach, plan);
  const source: Source = { account: none.account, livemode: none.livemode };
  const key = { ...source, type: plan.type, scope: 'all' } as const;
  let drift: Drift;
  try {
    drift = await confirm(parts, looked, ask);
  } catch (error) {
    return { ...none, rows: swept.listed, note: messageOf(error) };
  }
  const counts = { missing: drift.missing, extra: drift.extra, different: drift.different };
  const total = counts.missing + counts.extra + counts.different;
  const repaired = ask.repair && total > 0 ? await repair(parts, reach, plan, drift, ask) : 0;
  const dead = await parts.marks.dead(source, plan.type);
  const proven = repaired === total && dead === 0;
  if (proven) {
    await sweeps.begin(key, startedAt);
    await sweeps.finish(key, startedAt, clock.now(), swept);
  }
  return {
    ...{ ...none, ...counts, rows: swept.listed, repaired },
    provenAt: proven ? swept.began : null,
    note: dead === 0 ? null : `${dead} cannot be proven: lockstep dead list`,
  };
}

const stopped = (reach: Reach, plan: ListingPlan): VerifiedType => ({ ...unproven(reach, plan), note: STOPPED });

const mayDiffer = ({ missing, extra, different, cut }: SweptType): boolean =>
  missing.count + extra.count + different.count + cut.count > 0;

function unproven({ account, livemode }: Reach, { type }: ListingPlan): VerifiedType {
  const counts = { rows: 0, missing: 0, extra: 0, different: 0, repaired: 0 };
  return { account, livemode, type, ...counts, provenAt: null, note: null };
}

interface Drift {
  missing: number;
  extra: number;
  different: number;
  /** null: too many to be named, or not to be read one by one. */
  hints: Hint[] | null;
}

/**
 * Looks again at what differed: a change whose event is still on its way is no drift, nor is what has been marked
 * meanwhile. What a list showed in part only is decided here.
 */
async function confirm(
  { database, mirror, gateways, clock }: VerifyParts,
  { reach, plan, swept, endedAt }: Looked,
  { graceMs = GRACE_MS, signal }: VerifyAsk,
): Promise<Drift> {
  const { missing, extra, different, cut } = swept;
  const hints = [...differences(swept), ...cut.hints];
  const all = missing.count + extra.count + different.count;
  if (!mayDiffer(swept)) return { missing: 0, extra: 0, different: 0, hints: [] };
  if (all > CONFIRM_MAX || cut.count > cut.hints.length || (plan.kind === 'list' && !plan.readable)) {
    return { missing: missing.count, extra: extra.count, different: different.count, hints: null };
  }
  const restMs = graceMs - (clock.now().getTime() - endedAt.getTime());
  if (all > 0 && restMs > 0) await clock.sleep(Math.min(restMs, graceMs), signal);
  const gateway = gateways(reach);
  const { type } = plan;
  const drift = { missing: 0, extra: 0, different: 0, hints: [] as Hint[] };
  for (const { parents, ...key } of hints) {
    const { found, readAt } = await gateway.read(type, key.id, parents, signal);
    const page = { data: found === null ? [] : [found], hasMore: false, readAt };
    const [judged] = await judge(database, mirror, listedOn([{ page, parents }], { source: key, type }));
    const verdict = found === null ? await standsUnmarked(database, mirror, key) : judged?.verdict;
    if (verdict !== 'missing' && verdict !== 'different' && verdict !== 'extra') continue;
    drift[verdict] += 1;
    drift.hints.push({ ...key, parents });
  }
  return drift;
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
async function repair(
  parts: VerifyParts,
  reach: Reach,
  plan: ListingPlan,
  drift: Drift,
  ask: VerifyAsk,
): Promise<number> {
  const { database, marks, clock, wake } = parts;
  const until = clock.now().getTime() + (ask.repairMs ?? REPAIR_MS);
  const total = drift.missing + drift.extra + drift.different;
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
  { signal, onListed }: VerifyAsk,
  mode: 'look' | 'mark',
): Promise<SweptType> {
  const source: Source = { account: reach.account, livemode: reach.livemode };
  const gateway = parts.gateways(reach);
  const onPage = (listed: number): void => onListed?.(plan.type, listed);
  return sweepType(parts, { source, plan, gateway, mode, signal, onPage });
}

import type { Clock } from '../kernel/clock.js';
import type { Cause } from './drift/cause.js';
import type { DriftFinding } from './drift/drift-record.js';
import {
  createExplainer,
  type UnexplainedDifference,
  type ExplainDeps,
  type Explainer,
} from './drift/explain-differences.js';
import type { Hint } from '../inbox/hint.js';
import { keyText, type Source } from '../kernel/source.js';
import type { Gateway } from '../stripe/gateway.js';
import { applyListed, type ApplyDeps } from './apply.js';
import { createIdSet } from './id-set.js';
import { readAhead } from './in-order.js';
import { idOf, judge, listedOn, type Judged } from './judge.js';
import type { ListingPlan } from './plan.js';
import { createRetry, type Retry } from './retry.js';
import { createSkips } from './skips.js';
import { orphansOf, markUnlisted, unlisted, type Unlisted } from './unlisted.js';
import { walk, type Skipped } from './walk.js';

export interface SweepTypeDeps extends ApplyDeps, ExplainDeps {
  clock: Clock;
}

export interface SweepOne {
  source: Source;
  plan: ListingPlan;
  gateway: Gateway;
  /** `mark`: differences become marks, and the worker repairs them. `look`: nothing is changed. */
  mode: 'mark' | 'look';
  /** Lists only objects created since then. Such a listing does not show what is missing at Stripe. */
  since?: Date | undefined;
  signal: AbortSignal;
  /** Called after each page, with the number of objects listed so far. */
  onPage?: (listed: number) => void;
  /** Called with each listed object that is absent from the mirror or differs. */
  onDiffering?: ((judged: Judged) => void) | undefined;
  /** Called with what differs and why, before anything is marked. What a first load marks is no difference. */
  onFound?: ((found: readonly DriftFinding[]) => Promise<void>) | undefined;
  /** Asks again if Stripe fails for a moment. Default: this sweep has its own. */
  retry?: Retry | undefined;
}

/** Differences of one kind: how many, and which of them. */
export interface FoundDifferences {
  count: number;
  /** The first of them. */
  hints: Hint[];
}

export interface SweptType {
  /** When the sweep began, by Stripe's clock. It proves nothing about later times. */
  began: Date;
  listed: number;
  /** Of them, those that are left out because they were erased. */
  leftOut: number;
  /** At Stripe and not in the mirror. */
  missing: FoundDifferences;
  /** In the mirror and not at Stripe. */
  extra: FoundDifferences;
  different: FoundDifferences;
  /** Objects that the list shows only in part, so that a read decides. */
  cut: FoundDifferences;
  /** How many differ by each cause, also those whose proof is on its way. Of more than ten thousand, the first. */
  causes: CauseCounts;
  /** The first of those whose proof is on its way, or has failed. */
  pending: DriftFinding[];
  /** Parents whose objects could not be listed: the first of them, and how many. */
  skipped: SkippedParents;
}

/** How many objects differ for each reason. A cause that there is not is absent. */
export type CauseCounts = Partial<Record<Cause, number>>;

/** A parent whose objects could not be listed. */
export interface SkippedParent {
  type: string;
  id: string;
  /** Why, as a text. */
  reason: string;
  /** Whether asking again changes nothing. */
  lasting: boolean;
  /** Whether the mirror has objects below it, of which nothing is known now. */
  hasRows: boolean;
}

export interface SkippedParents {
  count: number;
  /** Of them, those that leave something unchecked: Stripe may answer later, or the mirror has objects below them. */
  unchecked: number;
  parents: SkippedParent[];
}

const HINTS_MAX = 10_000;
const PENDING_MAX = 20;

/** Lists one type from beginning to end and compares it with the mirror, in constant memory. */
export async function sweepType(deps: SweepTypeDeps, options: SweepOne): Promise<SweptType> {
  const { database, mirror, clock } = deps;
  const { source, plan, gateway, mode, since, signal, onPage, onDiffering } = options;
  const { type } = plan;
  const retry = options.retry ?? createRetry(clock);
  const skips = createSkips(type);
  const ids = createIdSet();
  const swept: SweptType = {
    began: clock.now(),
    listed: 0,
    leftOut: 0,
    missing: none(),
    extra: none(),
    different: none(),
    cut: none(),
    causes: {},
    pending: [],
    skipped: { count: 0, unchecked: 0, parents: [] },
  };
  const find = finderOf(deps, options, swept);
  const readable = plan.kind === 'read' || plan.readable;
  let first = true;
  const onSkipped = (skipped: Skipped): void => skips.note(skipped);
  // The next page is on its way while this one is compared.
  const pages = readAhead(walk({ database, mirror, gateway, source, plan, since, signal, retry, onSkipped }));
  for await (const walked of pages) {
    if (first) swept.began = walked.page.readAt;
    first = false;
    for (const object of walked.page.data) ids.add(idOf(object, type) ?? '');
    const judged = await judge(database, mirror, listedOn([walked], { source, type }));
    for (const listed of judged) {
      const { key, parents, verdict } = listed;
      if (verdict === 'left out') swept.leftOut += 1;
      if (verdict === 'missing' || verdict === 'different' || verdict === 'cut')
        note(swept[verdict], { ...key, parents });
      if (verdict === 'missing' || verdict === 'different') onDiffering?.(listed);
    }
    await find(judged.flatMap((one) => differenceOf(one) ?? []));
    if (mode === 'mark') await applyListed(deps, judged, { source, type, now: clock.now(), readable });
    swept.listed += judged.length;
    onPage?.(swept.listed);
  }
  if (since !== undefined) return { ...swept, skipped: skips.all() };
  const which: Unlisted = {
    source,
    type,
    ids,
    began: swept.began,
    isSpared: skips.isSpared(),
    onUnlisted: async (hints) => find(await unlistedDifferences(deps, hints)),
  };
  if (mode === 'mark') note(swept.extra, ...(await markUnlisted(deps, which, clock.now())));
  else await lookForExtra(deps, which, swept.extra);
  return { ...swept, skipped: skips.all() };
}

/** Finds the causes of differences, counts them, and hands them on. */
function finderOf(
  deps: SweepTypeDeps,
  { source, plan: { type }, mode, onFound }: SweepOne,
  swept: SweptType,
): (differences: readonly UnexplainedDifference[]) => Promise<void> {
  let explainer: Explainer | undefined;
  let left = HINTS_MAX;
  return async (differences) => {
    if (differences.length === 0) return;
    explainer ??= await createExplainer(deps, { source, type, now: deps.clock.now() });
    if (mode === 'mark' && !explainer.isLoaded) return; // the first load: all of it is new
    const found = await explainer.explain(differences.slice(0, left));
    left -= found.length;
    for (const { cause } of found) swept.causes[cause] = (swept.causes[cause] ?? 0) + 1;
    const pending = found.filter(({ waitsSince }) => waitsSince !== null);
    swept.pending.push(...pending.slice(0, PENDING_MAX - swept.pending.length));
    await onFound?.(found);
  };
}

function differenceOf({ key, object, ours, differs, isInParts }: Judged): UnexplainedDifference | undefined {
  if (differs === null) return undefined;
  const gone = object.deleted === true;
  return { key, how: gone ? 'extra' : differs, ours, theirs: gone ? null : object, isInParts };
}

/** What the mirror has of objects that were not listed decides whether only a sweep can find them. */
async function unlistedDifferences(
  { database, mirror }: SweepTypeDeps,
  hints: readonly Hint[],
): Promise<UnexplainedDifference[]> {
  const rows = await mirror.read(database, hints);
  return hints.map(({ account, livemode, type, id }) => {
    const key = { account, livemode, type, id };
    return { key, how: 'extra', ours: rows.get(keyText(key))?.data ?? null, theirs: null };
  });
}

async function lookForExtra(deps: SweepTypeDeps, which: Unlisted, extra: FoundDifferences): Promise<void> {
  for await (const { unmarked } of unlisted(deps, which)) note(extra, ...unmarked);
  const orphans = await orphansOf(deps, which);
  if (orphans.length > 0) await which.onUnlisted?.(orphans);
  note(extra, ...orphans);
}

function none(): FoundDifferences {
  return { count: 0, hints: [] };
}

function note(found: FoundDifferences, ...hints: readonly Hint[]): void {
  found.count += hints.length;
  found.hints.push(...hints.slice(0, HINTS_MAX - found.hints.length));
}

/** The hints of all differences, each once. */
export function differences({ missing, extra, different }: SweptType): Hint[] {
  const hints = [...missing.hints, ...extra.hints, ...different.hints];
  return [...new Map(hints.map((hint) => [keyText(hint), hint])).values()];
}

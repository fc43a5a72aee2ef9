import { catalogOf } from '../catalog/catalog.js';
import type { Source } from '../kernel/source.js';
import { unlistableOf } from '../stripe/failure.js';
import type { Reach } from '../stripe/gateways.js';
import { differingObject, type UnexplainedObject } from './differing-object.js';
import { NOTED_MAX, type DriftFinding } from './drift/drift-record.js';
import { failureText } from './failure-text.js';
import type { ListingPlan } from './plan.js';
import { sweepType, type SweepOne, type SweptType } from './sweep-type.js';
import { hasTooManyParents, PARENTS_MAX } from './too-many.js';
import { NAMED_MAX, unproven, type VerifiedType } from './verified-type.js';
import type { VerifyDeps, VerifyRun } from './verify.js';

/** What is compared: one type of one account. */
export interface Compared {
  reach: Reach;
  plan: ListingPlan;
}

/** The result of listing one type. */
export interface FirstLook extends Compared {
  swept: SweptType;
  /** The first objects that differ, as the listing showed them. */
  shown: UnexplainedObject[];
  /** What differs and why, also what waits for its proof: the first of them. */
  found: DriftFinding[];
  startedAt: Date;
  endedAt: Date;
}

/**
 * Lists one type and compares it with the mirror. Returns a report if the type could not be listed. undefined: the
 * account does not use the type, and there are no rows of it.
 */
export async function lookAt(
  deps: VerifyDeps,
  run: VerifyRun,
  compared: Compared,
): Promise<FirstLook | VerifiedType | undefined> {
  const { clock, database, mirror } = deps;
  const { reach, plan } = compared;
  const { type } = plan;
  const source: Source = { account: reach.account, livemode: reach.livemode };
  const parentsMax = run.types === undefined ? PARENTS_MAX : Infinity;
  if (await hasTooManyParents(deps, source, plan, parentsMax))
    return { ...unproven(source, type), note: 'too_many_parents' };
  const startedAt = clock.now();
  try {
    const shown: UnexplainedObject[] = [];
    const found: DriftFinding[] = [];
    const swept = await listType(deps, run, compared, {
      mode: 'look',
      onDiffering(judged) {
        if (shown.length < NAMED_MAX) shown.push(differingObject(judged));
      },
      async onFound(more) {
        found.push(...more.slice(0, NOTED_MAX - found.length));
      },
    });
    return { reach, plan, swept, shown, found, startedAt, endedAt: clock.now() };
  } catch (error) {
    const rows = await mirror.scan(database, { source, type, after: '', asOf: clock.now(), limit: 1 });
    if (unlistableOf(error) === 'not_available' && rows.length === 0) return undefined;
    const note = unlistableOf(error) ?? failureText(error, `listing ${tableOf(type)}`);
    return { ...unproven(source, type), note };
  }
}

/** Lists one type for a run. `mark`: what differs becomes marks. */
export function listType(
  deps: VerifyDeps,
  { signal, onListed, retry }: VerifyRun,
  { reach, plan }: Compared,
  how: Pick<SweepOne, 'mode' | 'onDiffering' | 'onFound'>,
): Promise<SweptType> {
  const source: Source = { account: reach.account, livemode: reach.livemode };
  const gateway = deps.gateways(reach);
  const onPage = (listed: number): void => onListed?.(plan.type, listed);
  return sweepType(deps, { ...how, source, plan, gateway, signal, onPage, retry });
}

/** The name of a type's table, for messages. */
export function tableOf(type: string): string {
  return catalogOf(type)?.table ?? type;
}

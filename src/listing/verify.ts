import type { Reach, Gateways } from '../stripe/gateways.js';
import { keyText, type Source } from '../kernel/source.js';
import { nextSweep, type Schedule } from './due-sweep.js';
import { failureText } from './failure-text.js';
import type { DriftRecord, DriftFinding } from './drift/drift-record.js';
import { isWorthNoting, NOTED_MAX } from './drift/drift-record.js';
import { followUp } from './drift/follow-up.js';
import { lookAt, tableOf, type Compared, type FirstLook } from './first-look.js';
import { compared, planOf } from './plan.js';
import { repair } from './repair.js';
import { createRetry, type Retry } from './retry.js';
import { lookAgain, mayDiffer, type Drift } from './second-look.js';
import { isUnchecked } from './skips.js';
import type { SweepHistory } from './sweep-history.js';
import type { SweepTypeDeps } from './sweep-type.js';
import { differencesOf, unproven, type NotChecked, type VerifiedType } from './verified-type.js';

export interface VerifyDeps extends SweepTypeDeps {
  sweeps: SweepHistory;
  drift: DriftRecord;
  gateways: Gateways;
  /** Types that are not mirrored. */
  leaveOut: readonly string[];
  /** The schedule of sweeps, to report when the next sweep of a type is due. */
  schedule: Omit<Schedule, 'parentsMax'>;
  /** Called when there are new marks. */
  wake: () => void;
}

export interface VerifyAsk {
  sources: readonly Reach[];
  /** Default: all but `balance`. Types that are listed below too many parents are left out, with a note. */
  types?: readonly string[] | undefined;
  repair: boolean;
  /** Default: as configured. */
  graceMs?: number | undefined;
  onListed?: (type: string, listed: number) => void;
  onVerified?: (verified: VerifiedType) => void;
  signal: AbortSignal;
}

export interface VerifyConfig {
  /** How long after the listing a difference may be a change whose event is still on its way. */
  readonly graceMs: number;
  /** How long a repair may take before it is reported as not done. */
  readonly repairMs: number;
}

/** One run of verify: what the caller asked for, the times, and the retry for its requests. */
export type VerifyRun = VerifyAsk & VerifyConfig & { retry: Retry };

export type Verify = (ask: VerifyAsk) => Promise<VerifiedType[]>;

/**
 * Compares the mirror with Stripe by listing, type by type; with `repair`, every difference is read again and repaired.
 *
 * `first-look.ts` lists a type. `second-look.ts` reads the objects that differ. `repair.ts` marks those that still
 * differ. `verified-type.ts` is the report.
 */
export function createVerify(deps: VerifyDeps, { graceMs, repairMs }: VerifyConfig): Verify {
  return (ask) => verify(deps, { ...ask, graceMs: ask.graceMs ?? graceMs, repairMs, retry: createRetry(deps.clock) });
}

async function verify(deps: VerifyDeps, run: VerifyRun): Promise<VerifiedType[]> {
  const { sources, types, signal, onVerified } = run;
  const plans =
    types?.flatMap((type) => planOf(type) ?? []) ?? compared.filter(({ type }) => !deps.leaveOut.includes(type));
  const reports: VerifiedType[] = [];
  const add = (report: VerifiedType): void => {
    reports.push(report);
    onVerified?.(report);
  };
  const differing: FirstLook[] = [];
  const equal: { report: VerifiedType; startedAt: Date }[] = [];
  const concludeOn = async (look: FirstLook): Promise<void> => {
    const report = await conclude(deps, run, look);
    if (report.provenAt !== null && differencesOf(report) === 0) equal.push({ report, startedAt: look.startedAt });
    add(report);
  };
  for (const reach of sources) {
    for (const plan of plans) {
      const look = signal.aborted ? stopped({ reach, plan }) : await lookAt(deps, run, { reach, plan });
      if (look === undefined) continue;
      // The other types are listed first, so that the grace time passes once, and not once per type.
      if ('swept' in look && mayDiffer(look.swept)) differing.push(look);
      else if ('swept' in look) await concludeOn(look);
      else add(look);
    }
  }
  for (const look of differing) {
    if (signal.aborted) add(stopped(look));
    else await concludeOn(look);
  }
  if (signal.aborted) return reports;
  await followUp(deps);
  for (const { report, startedAt } of equal)
    await deps.drift.closeUnseen(report, report.type, startedAt, deps.clock.now());
  return reports;
}

/** Compares what differed once more, repairs it if requested, and stores the proof. */
async function conclude(deps: VerifyDeps, run: VerifyRun, look: FirstLook): Promise<VerifiedType> {
  const { sweeps, clock, marks } = deps;
  const { reach, plan, swept, startedAt } = look;
  const { type } = plan;
  const source: Source = { account: reach.account, livemode: reach.livemode };
  let drift: Drift;
  try {
    drift = await lookAgain(deps, run, look);
  } catch (error) {
    return { ...unproven(source, type), rows: swept.listed, note: failureText(error, `reading ${tableOf(type)}`) };
  }
  const { missing, extra, different, onlySwept, objects, causes, excused } = drift;
  const total = differencesOf(drift);
  if (drift.isLoaded) await noteFound(deps, drift.found);
  const repaired = run.repair && total > 0 ? await repair(deps, run, look, drift) : 0;
  const dead = await marks.dead(source, type);
  const notChecked = [...drift.notChecked, ...namesOf(swept.skipped.parents.filter(isUnchecked))];
  const isProven = repaired === total && dead === 0 && notChecked.length === 0;
  if (isProven) {
    const key = { ...source, type, scope: 'all' } as const;
    await sweeps.begin(key, startedAt);
    await sweeps.finish(key, startedAt, clock.now(), swept);
  }
  if (repaired > 0) await followUp(deps, new Set(drift.found.map(keyText)));
  const now = clock.now();
  return {
    ...source,
    type,
    rows: swept.listed,
    leftOut: swept.leftOut,
    missing,
    extra,
    different,
    onlySwept,
    repaired,
    waiting: (await marks.ids(source, type)).length - dead,
    objects,
    causes,
    excused,
    notChecked,
    notApplicable: namesOf(swept.skipped.parents.filter((parent) => !isUnchecked(parent))),
    nextSweepAt: nextSweep(deps.schedule, { ...source, type }, await sweeps.last([source]), now),
    provenAt: isProven ? swept.began : null,
    note: dead === 0 ? null : `${dead} could not be read from Stripe. See lockstep dead.`,
  };
}

async function noteFound({ drift, clock }: VerifyDeps, found: readonly DriftFinding[]): Promise<void> {
  const now = clock.now();
  await drift.note(found.filter((one) => isWorthNoting(one, now)).slice(0, NOTED_MAX), 'verify', now);
}

function stopped({ reach, plan }: Compared): VerifiedType {
  return { ...unproven(reach, plan.type), note: 'stopped' };
}

function namesOf(parents: readonly NotChecked[]): NotChecked[] {
  return parents.map(({ type, id, reason }) => ({ type, id, reason }));
}

import type { Profiles } from '../billing/users/profiles.js';
import type { Backfilled, BackfillProgress } from '../listing/backfill.js';
import { catalogOf } from '../catalog/catalog.js';
import { planOf, plans } from '../listing/plan.js';
import type { VerifiedType } from '../listing/verified-type.js';
import { arrivalOf } from '../inbox/arrival.js';
import type { DeadLetter, DeadLetterDetail, DeadLetterFilter } from '../inbox/dead-letters.js';
import { replay, type ReplayAsk, type Replayed } from '../inbox/replay.js';
import { assignSource } from '../inbox/assign-source.js';
import { LockstepError } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import { stripeFailureOf } from '../stripe/failure.js';
import { nearest } from '../kernel/nearest.js';
import type { HookLetter, HookLetterFilter } from '../hooks/hook-letters.js';
import type { SchemaDifference } from '../store/schema-difference.js';
import type { Core } from './core.js';
import { createDeadOperations } from './dead-operations.js';
import { createErase, type Erase } from './erase/erase.js';
import { createHoldOperations, isSame, type HoldOperations } from './holds.js';

/** What an operator asks for: the commands of the same names, here or through the running service. */
export interface Operations {
  verify(ask: VerifyRequest, tell?: (news: VerifyNews) => void, signal?: AbortSignal): Promise<VerifyReport>;
  backfill(ask: BackfillRequest, tell?: (news: BackfillNews) => void, signal?: AbortSignal): Promise<Backfilled[]>;
  replay(ask: ReplayAsk): Promise<Replayed>;
  dead: {
    list(filter: DeadLetterFilter): Promise<DeadLetter[]>;
    show(filter: DeadLetterFilter): Promise<DeadLetterDetail[]>;
    retry(filter: DeadLetterFilter): Promise<number>;
    /** Of hooks: runs that failed again and again. */
    hooks(filter: HookLetterFilter): Promise<HookLetter[]>;
    retryHooks(filter: HookLetterFilter): Promise<number>;
  };
  /** Pauses of proving. */
  holds: HoldOperations;
  /** Removes what this database has of a customer, or reports what there is. */
  erase: Erase;
}

/** What is to be compared. */
export interface VerifyRequest {
  /**
   * Object types or mirror tables: `subscription`, `subscriptions`. Default: all but `balance`, and but for those that are listed
   * below each of more than 10,000 parents: these are in the report with the note `too_many_parents`.
   */
  types?: readonly string[] | undefined;
  /** Whether what differs is read again and fixed. */
  repair: boolean;
  /** How long a difference may be a change that is still on its way to us, in milliseconds. Default 3,000. */
  graceMs?: number | undefined;
}

export type VerifyNews = { listed: number; type: string } | { verified: VerifiedType };

/** What a comparison found. */
export interface VerifyReport {
  /** One for each account, mode and type that was compared. */
  types: VerifiedType[];
  /** Object types that are not mirrored, because the option `leaveOut` names them. */
  notMirrored: readonly string[];
  /** Profile rows whose ids were not what the mirror says; null: the app's tables are not configured. */
  profiles: {
    /** How many were found. */
    wrong: number;
    /** How many of them are right now. */
    repaired: number;
  } | null;
  /** Tables, columns, indexes, functions and views of ours that are missing or were changed. `lockstep migrate` makes them again. */
  schema: {
    /** Such as `index stripe.customers_by_user`. */
    object: string;
    problem: 'missing' | 'changed';
  }[];
  /**
   * `drift`: there were differences that an event or a proof should have prevented, repaired or not. `unproven`:
   * something could not be compared. `in_step`: neither. Objects that wait for a proof are not drift, and neither are
   * differences that only a sweep can find.
   */
  outcome: 'in_step' | 'drift' | 'unproven';
  /** How long it took, in milliseconds. */
  ms: number;
}

/** What is to be read. */
export interface BackfillRequest {
  /** Object types or mirror tables: `subscription`, `subscriptions`. Default: all that can be listed. */
  types?: readonly string[] | undefined;
  /** How many types are listed at once. Default 4. */
  concurrency?: number | undefined;
}

export type BackfillNews = { progress: BackfillProgress } | { done: Backfilled };

export interface OperationDeps {
  readSchema: () => Promise<readonly SchemaDifference[]>;
  /** A pause began or ended. */
  onHold: () => Promise<void>;
  log: Log;
}

export function createOperations(
  core: Core,
  profiles: Profiles | null,
  { readSchema, onHold, log }: OperationDeps,
): Operations {
  const { clock, interrupted, state } = core;
  const { database, marks } = state;
  const homes = core.homes.map(({ source, connect }) => ({ ...source, connect }));
  const until = (signal: AbortSignal | undefined): AbortSignal =>
    signal === undefined ? interrupted : AbortSignal.any([signal, interrupted]);

  const { leaveOut } = core.config;
  const mirrored = (names: readonly string[] | undefined): string[] | undefined =>
    names?.map((text) => mirroredType(text, leaveOut));

  return {
    async verify({ types, repair, graceMs }, tell = () => {}, signal) {
      const began = clock.now().getTime();
      const schema = await readSchema();
      refuseBroken(schema);
      const named = mirrored(types);
      const sources = await core.reached();
      const verified = await core.verify({
        ...{ sources, types: named, repair, graceMs, signal: until(signal) },
        onListed: (type, listed) => tell({ type, listed }),
        onVerified: (one) => tell({ verified: one }),
      });
      const wrong = profiles === null ? null : await database.within('listing').transaction((tx) => profiles.wrong(tx));
      const repaired =
        wrong === null || !repair || profiles === null
          ? 0
          : await database.within('listing').transaction((tx) => profiles.followAll(tx));
      const report = {
        types: verified,
        notMirrored: types === undefined ? leaveOut : [],
        profiles: wrong === null ? null : { wrong, repaired },
        schema: schema.map(({ object, problem }) => ({ object, problem })),
      };
      return { ...report, outcome: outcomeOf(report), ms: clock.now().getTime() - began };
    },
    async backfill({ types, concurrency }, tell = () => {}, signal) {
      return core.backfill({
        ...{ sources: await core.reached(), types: mirrored(types), concurrency, signal: until(signal) },
        onProgress: (progress) => tell({ progress }),
        onDone: (done) => tell({ done }),
      });
    },
    async replay(ask) {
      const replayed = await replay({ database, marks, homes }, ask, clock.now());
      core.worker.wake();
      if (ask.event === undefined || replayed.events > 0) return replayed;
      return fetchEvent(core, ask.event);
    },
    dead: createDeadOperations({ database, clock, sources: () => core.reached(), wake: core.worker.wake }),
    holds: createHoldOperations({ database, clock, onChange: onHold }),
    erase: eraseOf(core, profiles, log),
  };
}

function eraseOf(core: Core, profiles: Profiles | null, log: Log): Erase {
  const { clock, gateways, state, homes } = core;
  const { database, mirror } = state;
  // The app's own users are customers of the first account.
  const isFirst = isSame(homes[0].source);
  return createErase({
    ...{ database, mirror, clock, gateways, log },
    reached: () => core.reached(),
    profilesOf: (source) => (isFirst(source) ? profiles : null),
  });
}

/** @throws option_invalid there is no such type, or it is left out */
function mirroredType(text: string, leaveOut: readonly string[]): string {
  const type = typeNamed(text);
  if (!leaveOut.includes(type)) return type;
  throw new LockstepError('option_invalid', `${text} is not mirrored`, { hint: 'the option leaveOut names it' });
}

/** The object type behind a name as people write it: 'subscription', 'subscriptions', 'checkout_sessions'. */
export function typeNamed(name: string): string {
  const known = new Map(
    plans.flatMap(({ type }) => [[type, type] as const, [catalogOf(type)?.table ?? type, type] as const]),
  );
  const type = known.get(name);
  if (type !== undefined && planOf(type) !== undefined) return type;
  const near = nearest(name, [...known.keys()]);
  throw new LockstepError('option_invalid', `Unknown type ${JSON.stringify(name)}`, {
    hint: near === undefined ? 'use a type such as subscriptions or customers' : `did you mean ${near}?`,
  });
}

/** Rows that are not there, or not whole, cannot be compared with anything. @throws schema_damaged */
function refuseBroken(schema: readonly SchemaDifference[]): void {
  const broken = schema.filter(({ breaks }) => breaks).map(({ object, problem }) => `${object} (${problem})`);
  if (broken.length === 0) return;
  throw new LockstepError('schema_damaged', `The database schema was changed: ${broken.join(', ')}`, {
    hint: 'run lockstep migrate to restore it; lockstep migrate --print shows the SQL',
  });
}

/** Differences that are drift: an event or a proof should have led to them. */
export function driftOf({ missing, extra, different }: VerifiedType): number {
  return missing + extra + different;
}

function outcomeOf({
  types: all,
  profiles,
  schema,
}: Pick<VerifyReport, 'types' | 'profiles' | 'schema'>): VerifyReport['outcome'] {
  const types = all.filter(({ note }) => note !== 'too_many_parents');
  if (types.some((one) => isUnchecked(one) && driftOf(one) === 0)) return 'unproven';
  const drift = types.some((one) => driftOf(one) > 0);
  return drift || (profiles?.wrong ?? 0) > 0 || schema.length > 0 ? 'drift' : 'in_step';
}

/** Something of it was not compared, or cannot be proven. What only a sweep finds is neither. */
function isUnchecked({ note, notChecked }: VerifiedType): boolean {
  return note !== null || notChecked.length > 0;
}

/** An event that never reached us, from Stripe itself, which keeps it for 30 days. */
async function fetchEvent({ homes, gateways, inbox }: Core, id: string): Promise<Replayed> {
  const all = homes.map(({ source, connect }) => ({ ...source, connect }));
  for (const home of all) {
    const gateway = gateways({ ...home, platform: home.account });
    try {
      const event = await gateway.event(id);
      const arrival = arrivalOf(JSON.stringify(event), (about) => assignSource(all, home, about), 'replay');
      if (arrival === undefined) continue;
      await inbox.accept(arrival);
      return { events: 1, hinted: arrival.hints.length };
    } catch (error) {
      if (stripeFailureOf(error) !== 'missing') throw error;
    }
  }
  throw new LockstepError('event_not_found', `No event ${JSON.stringify(id)} in the inbox or at Stripe`, {
    hint: 'Stripe keeps events for 30 days; lockstep verify --repair also covers older changes',
  });
}

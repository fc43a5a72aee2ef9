/**
 * What an app does when something changed. In reading order:
 *
 * - `hook` is what an app may register, with the SDK's types from `stripe-types`; `registry` takes it.
 * - `registrations` tells every process which hooks there are; `runtime` puts those of this process to work.
 * - `in-transaction` is called in the transaction of a proof: it runs a change hook, or keeps a delivery for later.
 *   `change` says whether two proofs differ. `transaction` is the transaction that the hook gets, and its savepoint.
 * - `deliveries` is the table of what was kept; `outbox` is the loop that claims from it, and `deliver` makes one run.
 * - `run` calls a hook for no longer than it may take. `postpone` says when to try again, and `hook-letters` shows and
 *   retries what failed for good.
 */
import type { EventType, ObjectName } from '../catalog/catalog.js';
import type { ObjectKey, Source } from '../kernel/source.js';
import type { StripeEventOf, StripeObjectOf } from './stripe-types.js';

/**
 * `change`: in the transaction that proves the change. `after`: after its commit. `event`: for each event of a type.
 */
export type HookKind = 'change' | 'after' | 'event';

/** One proof compared with the one before it. */
export interface Change<T extends ObjectName> {
  /** Which object it is. */
  key: ObjectKey & { readonly type: T };
  /** As it was proven before; null: it was deleted, or nothing was proven (it is new, or Lockstep did not know it). */
  before: StripeObjectOf<T> | null;
  /** As it is proven now; null: Stripe has no such object any more. */
  after: StripeObjectOf<T> | null;
  /** Aborts when the run's time is over or the process stops. If the run is not done by then, it counts as failed. */
  signal: AbortSignal;
}

/** The transaction that a hook runs in. Its writes are committed together with the mirror's row, or not at all. */
export interface HookTransaction {
  /**
   * Runs one statement, `$1` standing for the first value: `tx.query('update teams set plan = $1 where id = $2', […])`.
   * JSON is passed as text and cast (`$1::jsonb`).
   * @throws request_invalid it begins or ends a transaction · stopped the run is over
   */
  query<Row = Record<string, unknown>>(statement: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** An event, once its object has been proven. */
export interface EventDelivery<T extends EventType> {
  /** As Stripe sent it, without secrets. A thin event has no `data`. Its snapshot may be older than `object`. */
  event: StripeEventOf<T>;
  /** The event's object, proven since the event came; null: deleted, not mirrored, or it cannot be proven. */
  object: StripeEventOf<T>['data']['object'] | null;
  /** The account and mode of the event. */
  source: Source;
  /** Aborts when the run's time is over or the process stops. If the run is not done by then, it counts as failed. */
  signal: AbortSignal;
}

/** Options of every hook. */
export interface HookOptions {
  /**
   * Its deliveries are stored under this name, so it must never change. Two hooks of one kind about the same type need
   * names. Default: 'onChange subscription', 'after subscription', 'onEvent invoice.paid'.
   */
  name?: string;
  /**
   * How many milliseconds a run may take, 100 to 300,000. Default: 30,000, but 2,000 for `onChange`, which holds a
   * transaction.
   */
  timeoutMs?: number;
}

/** Options of a hook about changes. */
export interface ChangeHookOptions extends HookOptions {
  /** Whether it runs for objects that are older than the hook too, when they are first seen. Default false. */
  backfill?: boolean;
}

type Run<Given> = (given: Given) => Promise<void> | void;

/** What an app does when something changed. Register every hook before the engine starts. */
export interface Hooks {
  /**
   * Runs once for each proven change of an object of the type, in a savepoint of the transaction that writes its row.
   * If the hook fails or takes too long, the row is written anyway, and the hook is tried again in a transaction of its
   * own. What it does outside `tx` may be done again.
   * @throws option_invalid no such type, a type that nothing proves by itself, or a name twice
   */
  onChange<T extends ObjectName>(
    type: T,
    run: (change: Change<T> & { tx: HookTransaction }) => Promise<void> | void,
    options?: ChangeHookOptions,
  ): void;
  /**
   * Runs at least once for each proven change, after its commit. The changes of one object keep their order. A run that
   * fails is tried again, with longer and longer pauses.
   * @throws option_invalid as for `onChange`
   */
  after<T extends ObjectName>(
    type: T,
    run: (change: Change<T>) => Promise<void> | void,
    options?: ChangeHookOptions,
  ): void;
  /**
   * Runs at least once for each event of the type, however often it is delivered, even if it comes as a thin event and
   * as a snapshot event. It runs after the proof of the event's object, so the mirror is at least as new as the event.
   * @throws option_invalid no such type, or a name twice
   */
  onEvent<T extends EventType>(
    type: T,
    run: (delivery: EventDelivery<T>) => Promise<void> | void,
    options?: HookOptions,
  ): void;
}

/** A hook as it was registered. */
export interface Hook {
  name: string;
  kind: HookKind;
  /** An object type, or an event type. */
  topic: string;
  timeoutMs: number;
  backfill: boolean;
  run: Run<never>;
}

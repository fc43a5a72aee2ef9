/**
 * Hooks: functions of the app that run when something changed. In reading order:
 *
 * - `hook` has what an app can register, with the SDK's types from `stripe-types`. `registry` collects the hooks.
 * - `registrations` tells every process which hooks exist. `runtime` starts those of this process.
 * - `in-transaction` is called in the transaction of a proof: it runs a change hook, or queues a delivery.
 *   `change` says whether a hook is called for one. `transaction` is the transaction that the hook gets, and its
 *   savepoint.
 * - `deliveries` is the table of queued runs. `outbox` is the loop that claims them, and `deliver` runs one.
 * - `run` calls a hook and enforces its time limit. `postpone` decides when to try again. `hook-letters` shows and
 *   retries the runs that kept failing.
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
  /** The key of the object. */
  key: ObjectKey & { readonly type: T };
  /** The object as it was proven before. Null: it was deleted, or nothing was proven (it is new, or was unknown). */
  before: StripeObjectOf<T> | null;
  /** The object as it is proven now. Null if Stripe no longer has it. */
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
  /**
   * The event as Stripe sent it, without secrets. A thin event has no `data`. Its snapshot may be older than `object`.
   */
  event: StripeEventOf<T>;
  /** The event's object, proven since the event came. Null if it was deleted, is not mirrored, or cannot be proven. */
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
  /** Whether it also runs when an object that is older than the hook is first seen. Default false. */
  backfill?: boolean;
}

type Run<Given> = (given: Given) => Promise<void> | void;

/** Registers functions that run when something changed. Register every hook before the engine starts. */
export interface Hooks {
  /**
   * Runs once for each proven change of an object of the type, in a savepoint of the transaction that writes its row.
   * If the hook fails or takes too long, the row is written anyway, and the hook is tried again in a transaction of its
   * own. What it does outside `tx` may be done again.
   * @throws option_invalid unknown type, a type whose objects are not proven one by one, or a name used twice
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
   * @throws option_invalid unknown type, or a name used twice
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
  /** The endpoint that it sends to. Undefined: it is code of an app. */
  endpoint?: string;
  timeoutMs: number;
  backfill: boolean;
  run: Run<never>;
}

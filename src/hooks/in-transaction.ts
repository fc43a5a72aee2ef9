import type { Arrival } from '../inbox/arrival.js';
import type { Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import { keyText, type ObjectKey } from '../kernel/source.js';
import type { Queryable } from '../store/database.js';
import type { StripeObject } from '../stripe/gateway.js';
import { asStored } from '../mirror/change.js';
import type { Proof } from '../sync/settle.js';
import { isCalled } from './change.js';
import type { Deliveries, NewDelivery, NewEvent } from './deliveries.js';
import type { Hook } from './hook.js';
import type { Registrations, Watching } from './registrations.js';
import { kindOf, postpone } from './postpone.js';
import { run, type RunDeps } from './run.js';
import { inSavepoint, lend } from './transaction.js';

export interface HookKeeperDeps {
  /** The hooks of this process, by name. */
  hooks: ReadonlyMap<string, Hook>;
  registrations: Registrations;
  deliveries: Deliveries;
  clock: Clock;
  log: Log;
  stopping: AbortSignal;
  onRun?: RunDeps['onRun'];
}

/** How long a change hook that took too long runs in the outbox instead, so that it does not delay every proof. */
const REST_MS = 60_000;

/**
 * What a transaction that proves or stores something does for hooks, if a hook of some process is about it. It runs the
 * change hooks of this process at once, and keeps everything else for the outbox. Objects that a listing inserts are
 * always kept, because there are a hundred in a transaction.
 */
export class HookKeeper {
  readonly #deps: HookKeeperDeps;
  /** Until when each hook that took too long is left to the outbox. */
  readonly #restsUntil = new Map<string, number>();

  constructor(deps: HookKeeperDeps) {
    this.#deps = deps;
  }

  /** Called in the transaction that writes a proof, after the row is written. */
  async proven(tx: Queryable, { change, heard, account, livemode, type, id }: Proof): Promise<void> {
    if (change === undefined) return;
    const { registrations, deliveries, clock } = this.#deps;
    const key = { account, livemode, type, id };
    const { before, after } = change;
    const payload = { before: before ?? null, after };
    const kept: NewDelivery[] = [];
    for (const watching of await registrations.watching(tx, [key])) {
      if (!isCalled(watching, { before, after, heard })) continue;
      const hook = watching.name;
      const now = clock.now();
      const isHere = this.#isRunHere(watching);
      const failure = isHere ? await this.#runHere(tx, hook, { key, ...payload }) : undefined;
      if (isHere && failure === undefined) continue;
      const { due, reason } = failure === undefined ? { due: now, reason: null } : postpone(failure, 0, now);
      kept.push({ ...key, hook, payload, reason, madeAt: now, dueAt: due });
    }
    await deliveries.keep(tx, kept);
  }

  /** Called in the transaction that inserts objects of a listing as proven. */
  async inserted(tx: Queryable, inserted: readonly { key: ObjectKey; object: StripeObject }[]): Promise<void> {
    const { registrations, deliveries, clock } = this.#deps;
    const now = clock.now();
    const objects = new Map(inserted.map(({ key, object }) => [keyText(key), object]));
    const watching = await registrations.watching(
      tx,
      inserted.map(({ key }) => key),
    );
    const kept = watching.flatMap(({ key, ...hook }) => {
      const after = asStored(objects.get(keyText(key)) as StripeObject);
      if (!isCalled(hook, { before: undefined, after, heard: false })) return [];
      return [{ ...key, hook: hook.name, payload: { before: null, after }, reason: null, madeAt: now, dueAt: now }];
    });
    await deliveries.keep(tx, kept);
  }

  /** Called in the transaction that stores events. */
  readonly stored = async (tx: Queryable, arrivals: readonly Arrival[]): Promise<void> => {
    const { deliveries, clock } = this.#deps;
    const told = arrivals.filter(({ quarantine }) => quarantine === null || quarantine === 'object');
    await deliveries.keepEvents(tx, told.map(newEvent), clock.now());
  };

  #isRunHere({ name, kind, waiting }: Watching): boolean {
    const { hooks, clock } = this.#deps;
    const restsUntil = this.#restsUntil.get(name) ?? 0;
    return kind === 'change' && !waiting && hooks.has(name) && restsUntil <= clock.now().getTime();
  }

  /**
   * Runs a hook. Returns undefined, or the reason why it failed. The hook gets a copy of `given`, so that other hooks
   * do not see its changes.
   */
  async #runHere(tx: Queryable, name: string, given: object): Promise<unknown> {
    const { hooks, clock, log } = this.#deps;
    const hook = hooks.get(name) as Hook;
    const lent = lend(tx);
    try {
      await inSavepoint(tx, hook.timeoutMs, () =>
        run(hook, { ...structuredClone(given), tx: lent.tx }, this.#deps).finally(lent.end),
      );
      return undefined;
    } catch (error) {
      const kind = kindOf(error);
      if (kind === 'timed_out') this.#restsUntil.set(name, clock.now().getTime() + REST_MS);
      log.warn({ event: 'hook.failed', hook: name, kind, attempt: 1 });
      return error ?? new Error('it failed without saying why');
    }
  }
}

/** An event without an object is queued under its own id. */
function newEvent({ account, livemode, type, id: event, objectType, objectId, body }: Arrival): NewEvent {
  const object =
    objectType !== null && objectId !== null ? { type: objectType, id: objectId } : { type: '', id: event };
  return { account, livemode, event, body, topic: eventName(type), ...object };
}

/** The name of an event's type. A thin event about an object of API v1 has a prefix before the name of its twin. */
export function eventName(type: string): string {
  return type.startsWith('v1.') ? type.slice('v1.'.length) : type;
}

import type { Arrival } from '../inbox/arrival.js';
import type { Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import { keyText, type ObjectKey } from '../kernel/source.js';
import type { Queryable } from '../store/database.js';
import type { StripeObject } from '../stripe/gateway.js';
import type { Proof } from '../sync/settle.js';
import { asStored, isCalled, isChange } from './change.js';
import type { Deliveries, NewDelivery } from './deliveries.js';
import type { Hook } from './hook.js';
import type { Registrations, Watching } from './registrations.js';
import { kindOf, postpone } from './postpone.js';
import { run } from './run.js';
import { inSavepoint, lend } from './transaction.js';

/** What the transactions of the core report. Called only for types that a hook of some process watches. */
export interface HookKeeper {
  /** In the transaction that writes a proof, after the row. */
  proven(tx: Queryable, proof: Proof): Promise<void>;
  /** In the transaction that inserts objects as proven which a listing showed. */
  inserted(tx: Queryable, inserted: readonly { key: ObjectKey; object: StripeObject }[]): Promise<void>;
  /** In the transaction that stores events. */
  readonly stored: (tx: Queryable, arrivals: readonly Arrival[]) => Promise<void>;
}

export interface KeeperOptions {
  /** Those of this process, by name. */
  hooks: ReadonlyMap<string, Hook>;
  known: Registrations;
  deliveries: Deliveries;
  clock: Clock;
  log: Log;
  stopping: AbortSignal;
}

/** A change hook that took too long is left to the outbox for as long, so that it does not hold up proof after proof. */
const REST_MS = 60_000;

/**
 * Runs the change hooks of this process where the change is proven; keeps everything else for the outbox, the first sights of
 * a listing too, which come a hundred to a transaction.
 */
export function createHookKeeper({ hooks, known, deliveries, clock, log, stopping }: KeeperOptions): HookKeeper {
  const restsUntil = new Map<string, number>();

  const isRunHere = ({ name, kind, waiting }: Watching): boolean =>
    kind === 'change' && !waiting && hooks.has(name) && (restsUntil.get(name) ?? 0) <= clock.now().getTime();

  /** Undefined: it ran; else why it did not. A copy is given, so that what a hook does to it is seen by no other. */
  const runHere = async (tx: Queryable, name: string, given: object): Promise<unknown> => {
    const hook = hooks.get(name) as Hook;
    const lent = lend(tx);
    try {
      await inSavepoint(tx, hook.timeoutMs, () =>
        run(hook, { ...structuredClone(given), tx: lent.tx }, { clock, stopping }).finally(lent.end),
      );
      return undefined;
    } catch (error) {
      const kind = kindOf(error);
      if (kind === 'timed_out') restsUntil.set(name, clock.now().getTime() + REST_MS);
      log.warn({ event: 'hook.failed', hook: name, kind, attempt: 1 });
      return error ?? new Error('it failed without saying why');
    }
  };

  return {
    async proven(tx, { before, after: read, heard, account, livemode, type, id }) {
      const key = { account, livemode, type, id };
      const after = asStored(read);
      if (!isChange(type, before, after)) return;
      const payload = { before: before ?? null, after };
      const kept: NewDelivery[] = [];
      for (const one of await known.watching(tx, [key])) {
        if (!isCalled(one, { before, after, heard })) continue;
        const now = clock.now();
        const isHere = isRunHere(one);
        const failure = isHere ? await runHere(tx, one.name, { key, ...payload }) : undefined;
        if (isHere && failure === undefined) continue;
        const { due, reason } = failure === undefined ? { due: now, reason: null } : postpone(failure, 0, now);
        kept.push({ ...key, hook: one.name, payload, reason, madeAt: now, dueAt: due });
      }
      await deliveries.keep(tx, kept);
    },
    async inserted(tx, inserted) {
      const now = clock.now();
      const objects = new Map(inserted.map(({ key, object }) => [keyText(key), object]));
      const watching = await known.watching(
        tx,
        inserted.map(({ key }) => key),
      );
      const kept = watching.flatMap(({ key, ...one }) => {
        const after = asStored(objects.get(keyText(key)) ?? null);
        if (!isCalled(one, { before: undefined, after, heard: false })) return [];
        return [{ ...key, hook: one.name, payload: { before: null, after }, reason: null, madeAt: now, dueAt: now }];
      });
      await deliveries.keep(tx, kept);
    },
    async stored(tx, arrivals) {
      const told = arrivals.filter(({ quarantine }) => quarantine === null || quarantine === 'object');
      await deliveries.keepEvents(
        tx,
        told.map(({ account, livemode, type: topic, id: event, objectType, objectId, body }) => ({
          ...{ account, livemode, event, body },
          topic: eventName(topic),
          ...(objectType !== null && objectId !== null ? { type: objectType, id: objectId } : { type: '', id: event }),
        })),
        clock.now(),
      );
    },
  };
}

/** A thin event of an object of API v1 is named like its snapshot twin, with a prefix. */
export function eventName(type: string): string {
  return type.startsWith('v1.') ? type.slice('v1.'.length) : type;
}

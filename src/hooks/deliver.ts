import type { Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import { keyText, type ObjectKey } from '../kernel/source.js';
import type { Mirror } from '../mirror/mirror.js';
import type { Database } from '../store/database.js';
import type { StripeObject } from '../stripe/gateway.js';
import type { Deliveries, DeliveryClaim } from './deliveries.js';
import type { Hook } from './hook.js';
import { kindOf, postpone } from './postpone.js';
import { run, type RunDeps } from './run.js';
import { inSavepoint, lend } from './transaction.js';

export interface DeliverDeps {
  database: Database;
  mirror: Mirror;
  deliveries: Deliveries;
  clock: Clock;
  log: Log;
  stopping: AbortSignal;
  onRun?: RunDeps['onRun'];
}

/** Makes one run of a hook and notes how it ended. Returns whether it ended well. */
export async function deliver(deps: DeliverDeps, hook: Hook, claim: DeliveryClaim): Promise<boolean> {
  const { deliveries, clock, log, stopping } = deps;
  const { type, id, attempts } = claim;
  try {
    await call(deps, hook, claim);
    log.debug({ event: 'hook.done', hook: hook.name, type, id });
    return true;
  } catch (error) {
    if (stopping.aborted) {
      await deliveries.release(claim);
      return false;
    }
    const failure = postpone(error, attempts, clock.now());
    await deliveries.failed(claim, failure);
    log.warn({
      event: failure.dead ? 'hook.dead' : 'hook.failed',
      hook: hook.name,
      type,
      id,
      kind: kindOf(error),
      attempt: attempts + 1,
    });
    return false;
  }
}

async function call(deps: DeliverDeps, hook: Hook, claim: DeliveryClaim): Promise<void> {
  const { database, deliveries } = deps;
  const { account, livemode, type, id, payload, gen, madeAt } = claim;
  const key = { account, livemode, type, id };
  switch (hook.kind) {
    case 'change':
      return callInTransaction(deps, hook, claim);
    case 'after':
      await run(hook, { key, before: payload.before, after: payload.after, delivery: { gen, madeAt } }, deps);
      return deliveries.done(database, claim);
    case 'event': {
      const object = await objectOf(deps, key);
      await run(hook, { event: payload.event, object, source: { account, livemode } }, deps);
      return deliveries.done(database, claim);
    }
    default:
      return hook.kind satisfies never;
  }
}

function callInTransaction(deps: DeliverDeps, hook: Hook, claim: DeliveryClaim): Promise<void> {
  const { database, deliveries } = deps;
  const { account, livemode, type, id, payload } = claim;
  return database.transaction(async (tx) => {
    if (!(await deliveries.lock(tx, claim))) return;
    const lent = lend(tx);
    const key = { account, livemode, type, id };
    const given = { key, before: payload.before, after: payload.after, tx: lent.tx };
    await inSavepoint(tx, hook.timeoutMs, () => run(hook, given, deps).finally(lent.end));
    await deliveries.done(tx, claim);
  });
}

/**
 * The object as it was last proven. The proof began after the event came, so it is not older than the event; a snapshot
 * that is shown over it may be older. If Stripe has no endpoint that reads the object, nothing proves it, and its row
 * comes from events.
 */
async function objectOf({ database, mirror }: DeliverDeps, key: ObjectKey): Promise<StripeObject | null> {
  const proven = await mirror.readProven(database, key);
  if (proven !== null) return proven;
  const row = (await mirror.read(database, [key])).get(keyText(key));
  return row === undefined || row.deleted ? null : row.data;
}

/**
 * Signed webhooks for apps in any language. An endpoint is a hook for each of its types, so it has the order, the tries
 * and the dead letters of hooks. In reading order:
 *
 * - `endpoint-hooks` makes the hooks, and says what a message has.
 * - `send` posts one. `public-address` refuses addresses of private networks.
 * - `endpoint-health` keeps since when an endpoint fails, and disables it after days.
 */
import type { Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import type { ObjectKey } from '../../kernel/source.js';
import type { StripeObject } from '../../stripe/gateway.js';
import type { Hook } from '../hook.js';
import type { EndpointHealth } from './endpoint-health.js';
import type { AddressLookup } from './public-address.js';
import { send, type Receiver } from './send.js';

/** An endpoint as it is configured. */
export interface ChangeEndpoint extends Receiver {
  name: string;
  /** Object types. */
  types: readonly string[];
  timeoutMs: number;
  /** Whether objects that are older than the endpoint are sent when they are first seen. */
  backfill: boolean;
}

export interface EndpointDeps {
  health: EndpointHealth;
  clock: Clock;
  log: Log;
  lookup?: AddressLookup | undefined;
}

/** What a hook that runs after a commit gets, and which of its runs this is. */
export interface ChangeToSend {
  key: ObjectKey;
  before: StripeObject | null;
  after: StripeObject | null;
  delivery: { gen: number; madeAt: Date };
  signal: AbortSignal;
}

/** A hook for each endpoint and type. */
export function endpointHooks(endpoints: readonly ChangeEndpoint[], deps: EndpointDeps): Hook[] {
  return endpoints.flatMap((endpoint) =>
    endpoint.types.map((type) => ({
      name: `endpoint ${endpoint.name} ${type}`,
      kind: 'after' as const,
      topic: type,
      endpoint: endpoint.name,
      timeoutMs: endpoint.timeoutMs,
      backfill: endpoint.backfill,
      run: (delivered: ChangeToSend) => deliver(endpoint, delivered, deps),
    })),
  );
}

async function deliver(endpoint: ChangeEndpoint, delivered: ChangeToSend, deps: EndpointDeps): Promise<void> {
  const { health, clock, log, lookup } = deps;
  const { name } = endpoint;
  const message = messageOf(delivered);
  try {
    await send(endpoint, message, { now: clock.now(), signal: delivered.signal, lookup });
  } catch (error) {
    const isDisabled = await health.failed(name, clock.now());
    if (isDisabled) log.error({ event: 'endpoint.disabled', endpoint: name, hint: 'lockstep dead retry' });
    throw error;
  }
  await health.worked(name);
}

/** The id has the time too: after a restore of the database, numbers come again. */
function messageOf({ key, before, after, delivery }: ChangeToSend): { id: string; body: object } {
  const { account, livemode, type, id: object } = key;
  const id = `chg_${delivery.madeAt.getTime().toString(36)}_${delivery.gen.toString(36)}`;
  const kind = after === null ? 'deleted' : before === null ? 'created' : 'updated';
  const timestamp = delivery.madeAt.toISOString();
  return {
    id,
    body: { id, type: `${type}.${kind}`, timestamp, account, livemode, object: { type, id: object }, before, after },
  };
}

import { createHmac } from 'node:crypto';
import type { Random } from '../random.js';
import { render } from './answers.js';
import { kinds, type Json, type Kind } from './kinds.js';
import type { Change } from './store.js';

export interface EventOptions {
  random: Random;
  /** The API version the other side has pinned. */
  version: string;
  now: number;
  /** Distinct for each change. */
  number: number;
  /** Of a connected account's event, which. */
  account: string | undefined;
}

/** The events of one change: mostly one; sometimes none, two of them, or one with its thin twin. */
export function eventsOf(change: Change, { random, version, now, number, account }: EventOptions): Json[] {
  // Stripe dates events in whole seconds, and not always in the order of the changes.
  const created = Math.floor((now + random.between(-900, 900)) / 1_000);
  const snapshot = (id: string): Json => ({
    ...{ id, object: 'event', type: change.eventType, created, livemode: false },
    ...{ api_version: version, pending_webhooks: 1, request: { id: null, idempotency_key: null } },
    ...(account === undefined ? {} : { account }),
    data: {
      object: render(change.thing.type, change.object),
      ...(change.previous === undefined ? {} : { previous_attributes: change.previous }),
    },
  });
  const first = snapshot(`evt_${number}a`);
  const { path } = kinds[change.thing.type] as Kind;
  const thin: Json = {
    ...{ id: `evt_${number}t`, object: 'v2.core.event', type: `v1.${change.eventType}`, livemode: false },
    ...{ created: new Date(now).toISOString(), snapshot_event: first['id'] },
    ...(account === undefined ? {} : { context: account }),
    related_object: { id: change.thing.id, type: change.thing.type, url: `${path ?? '/v1/none'}/${change.thing.id}` },
  };
  const chosen = random.next();
  if (chosen < 0.04) return [];
  if (chosen < 0.1) return [first, snapshot(`evt_${number}b`)];
  if (chosen < 0.2) return [first, thin];
  if (chosen < 0.26) return [thin];
  if (chosen < 0.4) return [older(first)];
  return [first];
}

/** In the shape of an API version before the pinned one. */
function older(event: Json): Json {
  const data = event['data'] as { object: Json };
  const object = { ...data.object, metadata: undefined, plan: null, paid: true };
  return { ...event, api_version: '2020-08-27', data: { ...data, object } };
}

export function sign(body: string, secret: string, seconds: number): string {
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

import type { SourceConfig } from '../../engine/config.js';
import { limits } from '../../engine/config.js';
import type { Clock } from '../../kernel/clock.js';
import { messageOf } from '../../kernel/error.js';
import { plainlyListed, planOf } from '../../listing/plan.js';
import { stripeFailureOf, unlistableOf, unreachedBecause } from '../../stripe/failure.js';
import { createGateway, type Gateway, type StripeObject } from '../../stripe/gateway.js';
import { tableOfType } from '../type-names.js';
import { learn, type Learnt } from './finding.js';
import { reachUrl, type EndpointAnswer } from './reach.js';

/** What Stripe says about one configured key. */
export interface StripeFacts {
  livemode: boolean;
  isRestricted: boolean;
  key: KeyFact;
  /** How far our clock is ahead of Stripe's, in milliseconds; Stripe's has whole seconds. */
  skewMs: Learnt<number>;
  /** The newest event in Stripe's list; null: there is none. */
  newestEvent: Learnt<EventFact | null>;
  endpoints: Learnt<EndpointFact[]>;
  /** What a restricted key may not list. A key that is not restricted may list everything. */
  unreadable: Learnt<string[]>;
}

/** `unnamed`: the key may not read its own account. */
export type KeyFact =
  { state: 'works'; account: string } | { state: 'unnamed' | 'refused' | 'unreachable'; reason: string };

export interface EventFact {
  id: string;
  type: string;
  at: Date;
  apiVersion: string | null;
}

export interface EndpointFact {
  id: string;
  url: string;
  isEnabled: boolean;
  /** null: the account's default. */
  apiVersion: string | null;
  events: readonly string[];
  /** Whether it is the one that Lockstep is to be reached by. */
  isOurs: boolean;
  /** How it answers a delivery without a signature; null: it is not ours. */
  reached: EndpointAnswer | null;
}

export interface StripeAsk {
  source: SourceConfig;
  /** The address that Stripe delivers to, if it was given. */
  url: string | undefined;
  clock: Clock;
}

const STRIPE_API = 'https://api.stripe.com';

/** Asks Stripe, with the key as it is configured. It only reads. */
export async function readStripeFacts({ source, url, clock }: StripeAsk): Promise<StripeFacts> {
  const { stripeKey, stripeApiBase, ratePerEndpoint, rateTotal, livemode } = source;
  const rates = { perEndpoint: ratePerEndpoint, total: rateTotal };
  const gateway = createGateway(
    { secretKey: stripeKey, apiBase: stripeApiBase, limits: { ...limits.stripe, rates } },
    { clock },
  );
  const key = await readKey(gateway, stripeApiBase ?? STRIPE_API);
  const isRestricted = stripeKey.startsWith('rk_');
  const ask = <T>(read: () => Promise<T>): Promise<Learnt<T>> =>
    key.state === 'works' || key.state === 'unnamed'
      ? learn(read)
      : Promise.resolve({ failed: key.reason, next: 'see the area key' });
  return {
    livemode,
    isRestricted,
    key,
    skewMs: await ask(() => readSkew(gateway, clock)),
    newestEvent: await ask(() => readNewestEvent(gateway)),
    endpoints: await ask(() => readEndpoints(gateway, url)),
    unreadable: await ask(() => (isRestricted ? readForbidden(gateway) : Promise.resolve([]))),
  };
}

async function readKey(gateway: Gateway, address: string): Promise<KeyFact> {
  try {
    return { state: 'works', account: String((await gateway.account()).id) };
  } catch (error) {
    const failure = stripeFailureOf(error);
    if (failure === 'forbidden') return { state: 'unnamed', reason: messageOf(error) };
    if (failure === 'unauthenticated') return { state: 'refused', reason: 'Stripe does not accept this key' };
    return { state: 'unreachable', reason: `Could not reach Stripe at ${address}: ${unreachedBecause(error)}` };
  }
}

/** Every answer has Stripe's time, also one that says that the key may not list. */
async function readSkew(gateway: Gateway, clock: Clock): Promise<number> {
  const sentAt = clock.now().getTime();
  const { readAt } = await gateway.list('/v1/events', { limit: 1 });
  const middle = (sentAt + clock.now().getTime()) / 2;
  return middle - (readAt.getTime() + HALF_SECOND_MS);
}

const HALF_SECOND_MS = 500;

async function readNewestEvent(gateway: Gateway): Promise<EventFact | null> {
  const [event] = (await gateway.list('/v1/events', { limit: 1 })).data;
  if (event === undefined) return null;
  const { id, type, created, api_version: version } = event;
  return {
    id: String(id),
    type: String(type),
    at: new Date(Number(created) * 1_000),
    apiVersion: typeof version === 'string' ? version : null,
  };
}

const OURS = /\/stripe-webhooks\/?$/;

async function readEndpoints(gateway: Gateway, url: string | undefined): Promise<EndpointFact[]> {
  const { data } = await gateway.list('/v1/webhook_endpoints', { limit: 100 });
  const isOurs = (address: string): boolean =>
    url === undefined ? OURS.test(address.split(/[?#]/)[0] ?? '') : address === url;
  return Promise.all(
    data.map(async (endpoint: StripeObject) => {
      const address = String(endpoint['url']);
      const events = endpoint['enabled_events'];
      const version = endpoint['api_version'];
      const ours = isOurs(address);
      return {
        id: String(endpoint.id),
        url: address,
        isEnabled: endpoint['status'] === 'enabled',
        apiVersion: typeof version === 'string' ? version : null,
        events: Array.isArray(events) ? events.map(String) : [],
        isOurs: ours,
        reached: ours ? await reachUrl(address) : null,
      };
    }),
  );
}

/** One request for each type: what is forbidden is known before an object of it is read. */
async function readForbidden(gateway: Gateway): Promise<string[]> {
  const found = await Promise.all(
    plainlyListed.map(async (type) => {
      const plan = planOf(type);
      const way = plan?.kind === 'list' ? plan.ways.find(({ parent }) => parent === null) : undefined;
      if (way === undefined) return [];
      try {
        await gateway.list(way.endpoint, { limit: 1, ...way.passes[0] });
        return [];
      } catch (error) {
        return unlistableOf(error) === 'no_permission' ? [tableOfType(type)] : [];
      }
    }),
  );
  return found.flat();
}

import type { Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import type { Source } from '../kernel/source.js';
import type { Database } from '../store/database.js';
import { createGateway, type Gateway } from '../stripe/gateway.js';
import type { Meter } from '../stripe/meter.js';
import { observed } from '../stripe/observed.js';
import { bindSources } from './bind.js';
import { limits, type Config } from './config.js';
import { createRequestTurns } from './request-turns.js';
import type { Homes } from './core.js';
import type { Counters } from './counters.js';
import type { Signs } from './signs.js';

export interface HomesDeps {
  database: Database;
  clock: Clock;
  log: Log;
  /** Where it is noted whether Stripe answers. */
  signs: Signs;
  /** Counts the requests of each key, in the order of the sources. */
  meters: readonly Meter[];
  counters: Pick<Counters, 'request'>;
}

const STRIPE_API = 'https://api.stripe.com';

/**
 * The configured accounts, each with its gateway, bound to this database.
 * @throws stripe_key_invalid, stripe_unreachable, stripe_account_unknown, stripe_account_mismatch
 */
export async function openHomes(
  config: Config,
  { database, clock, log, signs, meters, counters }: HomesDeps,
): Promise<Homes> {
  let sources: readonly Source[] = []; // until they are bound, nobody knows whose requests these are
  // The embedded database has one process.
  const turns = config.sources.map(() => (database.capabilities.concurrent ? createRequestTurns(database) : undefined));
  const gateways = config.sources.map(({ stripeKey, stripeApiBase, ratePerEndpoint, rateTotal }, index) =>
    createGateway(
      {
        secretKey: stripeKey,
        apiBase: stripeApiBase,
        limits: { ...limits.stripe, rates: { perEndpoint: ratePerEndpoint, total: rateTotal } },
      },
      {
        clock,
        onRequest: () => meters[index]?.count(),
        turns: turns[index],
        onAnswer: (answer) => sources[index] !== undefined && counters.request(sources[index], answer),
      },
    ),
  );
  const keys = config.sources.map(({ stripeAccount, stripeApiBase = STRIPE_API }, index) => ({
    gateway: gateways[index] as Gateway,
    address: stripeApiBase,
    configured: stripeAccount,
  }));
  sources = await bindSources(database, keys, log);
  for (const [index, source] of sources.entries()) turns[index]?.open(source);
  const [first, ...others] = config.sources.map((one, index) => ({
    source: sources[index] as Source,
    gateway: observed(gateways[index] as Gateway, {
      answered: () => signs.note(sources[index] as Source, 'answered'),
      unanswered: (detail) => signs.note(sources[index] as Source, 'unanswered', { detail }),
    }),
    connect: one.connect,
    webhookSecrets: one.webhookSecrets,
  }));
  return [first as Homes[0], ...others];
}

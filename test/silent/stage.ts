import Stripe from 'stripe';
import { startEmulator, type Emulator } from '../../emulator/src/emulator.js';
import { resolveConfig } from '../../src/engine/config.js';
import { startEngine, type Engine } from '../../src/engine/engine.js';
import type { Clock } from '../../src/kernel/clock.js';
import { silent } from '../../src/kernel/log.js';
import type { Database } from '../../src/store/database.js';
import { limits } from '../../src/engine/config.js';

type Event = Record<string, unknown> & { id: string; type: string };

const SECRET = 'whsec_silentsilentsilentsilentsilent';

/** An answer of Stripe. */
export type Answer = Record<string, unknown> & { id: string };

/**
 * A Stripe and a mirror that learns of it by webhooks alone: nothing is polled and nothing is swept.
 */
export interface Stage {
  emulator: Emulator;
  engine: Engine;
  stripe: Stripe;
  /** The operations that answered with success, as `POST /v1/customers/:id`-like paths with their ids written out. */
  called: { verb: string; path: string }[];
  post: (path: string, parameters?: object) => Promise<Answer>;
  remove: (path: string, parameters?: object) => Promise<Answer>;
  get: (path: string, parameters?: object) => Promise<Answer>;
  /** The same where Stripe refuses the request, as when a card is declined. */
  refused: (path: string, parameters?: object) => Promise<void>;
  /** Something changed in another way than by the requests above. */
  changed: (how: string) => Promise<void>;
  /** Delivers every event made since the last call, and proves what is marked. Returns the events' types. */
  follow: () => Promise<string[]>;
  /** How many reads the mirror has asked Stripe for. */
  reads: () => number;
  stop(): Promise<void>;
}

export interface StageOptions {
  database: Database;
  /** After each operation that changed something. */
  onChange?: (operation: string) => Promise<void>;
}

export async function startStage({ database, onChange }: StageOptions): Promise<Stage> {
  const emulator = await startEmulator({ port: 0 });
  const stripe = new Stripe(emulator.secretKey, { ...emulator.sdk, maxNetworkRetries: 0 });
  const config = resolveConfig({
    stripeKey: emulator.secretKey,
    stripeApiBase: emulator.url,
    webhookSecret: SECRET,
    ratePerEndpoint: 10_000,
    rateTotal: 10_000,
    leaseMs: 3_600_000,
  });
  let reads = 0;
  const clock = hurried();
  const engine = await startEngine(config, {
    clock,
    log: silent,
    database,
    roles: { prove: false, sweep: false, feed: false },
  });
  engine.onChange(({ how }) => {
    if (how !== 'shown') reads += 1;
  });
  const called: Stage['called'] = [];
  const onResponse = stripe.on as (event: 'response', listener: (response: Stripe.ResponseEvent) => void) => void;
  onResponse('response', ({ method, path, status }) => {
    if (status < 400) called.push({ verb: method, path: new URL(path, emulator.url).pathname });
  });
  const followed = new Set<string>();

  const request = async (verb: string, path: string, parameters?: object): Promise<Answer> => {
    const posted = verb === 'POST' ? (parameters as Record<string, unknown>) : undefined;
    const query =
      verb === 'POST' || parameters === undefined ? '' : `?${new URLSearchParams({ ...parameters }).toString()}`;
    const answer = (await stripe.rawRequest(verb, path + query, posted)) as unknown as Answer;
    if (verb !== 'GET') await onChange?.(`${verb} ${path}`);
    return answer;
  };
  /** The newest come first; those of thirty days ago are no longer listed. */
  const newEvents = async (): Promise<Event[]> => {
    const found: Event[] = [];
    for (;;) {
      const after = found.at(-1)?.id;
      const query = `limit=100${after === undefined ? '' : `&starting_after=${after}`}`;
      const { data } = (await stripe.rawRequest('GET', `/v1/events?${query}`)) as unknown as { data: Event[] };
      const fresh = data.filter(({ id }) => !followed.has(id));
      found.push(...fresh);
      if (fresh.length < 100) return found.reverse();
    }
  };

  return {
    emulator,
    engine,
    stripe,
    called,
    post: (path, parameters) => request('POST', path, parameters),
    remove: (path, parameters) => request('DELETE', path, parameters),
    get: (path, parameters) => request('GET', path, parameters),
    async refused(path, parameters) {
      await request('POST', path, parameters).then(
        () => Promise.reject(new Error(`POST ${path} was to be refused`)),
        async (error: unknown) => {
          if (!(error instanceof Stripe.errors.StripeError)) throw error;
          await onChange?.(`POST ${path}`);
        },
      );
    },
    changed: async (how) => onChange?.(how),
    async follow() {
      const events = await newEvents();
      await Promise.all(
        events.map(async (event) => {
          followed.add(event.id);
          const payload = JSON.stringify(event);
          const timestamp = Math.floor(clock.now().getTime() / 1_000);
          const signature = stripe.webhooks.generateTestHeaderString({ payload, secret: SECRET, timestamp });
          await engine.webhook?.deliver(Buffer.from(payload), signature);
        }),
      );
      await engine.drain();
      return events.map(({ type }) => type);
    },
    reads: () => reads,
    async stop() {
      await engine.stop();
      await emulator.stop();
    },
  };
}

/** Fifty times as fast as the day: nobody waits for the pace of proofs. An answer of Stripe still has its whole time to arrive. */
function hurried(): Clock {
  const FAST = 50;
  const began = Date.now();
  return {
    now: () => new Date(began + (Date.now() - began) * FAST),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const done = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, ms === limits.stripe.answerMs ? ms : ms / FAST);
        signal?.addEventListener('abort', done);
      }),
  };
}

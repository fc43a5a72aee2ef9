import Stripe from 'stripe';
import { API_VERSION } from '../../src/catalog/generated/api-version.js';
import { resolveConfig, type ServiceOptions } from '../../src/engine/config.js';
import { startEngine, type Engine } from '../../src/engine/engine.js';
import { applyListed } from '../../src/listing/apply.js';
import { judge, listedOn } from '../../src/listing/judge.js';
import type { HookRegistry } from '../../src/hooks/registry.js';
import { createMarks } from '../../src/inbox/marks.js';
import { systemClock, type Clock } from '../../src/kernel/clock.js';
import type { LogFacts } from '../../src/kernel/log.js';
import type { Database } from '../../src/store/database.js';
import { sql } from '../../src/store/sql.js';
import type { PageLimits } from '../../src/sync/pages/page-proofs.js';
import { eventually } from './eventually.js';
import { startScriptedStripe, type Json, type ScriptedStripe } from './scripted-stripe.js';
import { openTestDatabase, WEBHOOK_SECRET, type DatabaseKind } from './world.js';

/** The engine against a scripted Stripe: the test decides every answer and every delivery. */
export interface Core {
  stripe: ScriptedStripe;
  engine: Engine;
  database: Database;
  /** What was logged. */
  logged: LogFacts[];
  /** What of it was logged as an error. */
  errors: LogFacts[];
  deliver(event: Json): Promise<'stored' | 'duplicate'>;
  /** Applies one page of a listing, as a sweep or a backfill does. */
  list(type: string, ...objects: Json[]): Promise<void>;
  /** The mirror's row, if any. */
  row(table: string, id: string): Promise<Json | undefined>;
  /** Resolves when nothing is marked. */
  rest(): Promise<void>;
  /** Ends the lease of a claim. Resolves when another turn has claimed the object. */
  endLease(id: string): Promise<void>;
  stop(): Promise<void>;
}

export interface CoreOptions {
  kind: DatabaseKind;
  options?: Partial<ServiceOptions>;
  prepare?: (database: Database) => Promise<void>;
  database?: Database;
  clock?: Clock;
  hooks?: HookRegistry;
  pages?: PageLimits;
}

export async function startCore({
  kind,
  options = {},
  prepare,
  database: given,
  clock = systemClock,
  hooks,
  pages,
}: CoreOptions): Promise<Core> {
  const stripe = await startScriptedStripe();
  const database = given ?? (await openTestDatabase(kind));
  await prepare?.(database);
  const logged: LogFacts[] = [];
  const errors: LogFacts[] = [];
  const note = (facts: LogFacts): void => void logged.push(facts);
  const noteError = (facts: LogFacts): void => void (note(facts), errors.push(facts));
  const config = resolveConfig({
    stripeKey: 'sk_test_scripted',
    stripeApiBase: stripe.url,
    webhookSecret: WEBHOOK_SECRET,
    ratePerEndpoint: 5_000,
    rateTotal: 5_000,
    sweepEveryMs: 0,
    sweepRecentEveryMs: 0,
    catchUpEveryMs: 0,
    ...options,
  });
  const engine = await startEngine(config, {
    clock,
    log: { debug: note, info: note, warn: note, error: noteError },
    database,
    ...(hooks === undefined ? {} : { hooks }),
    ...(pages === undefined ? {} : { pages }),
  });
  return {
    ...{ stripe, engine, database, logged, errors },
    async deliver(event) {
      const { body, signature } = signed(event);
      if (engine.webhook === null) throw new Error('this engine polls');
      return engine.webhook.deliver(body, signature);
    },
    async list(type, ...objects) {
      const { mirror, source } = engine;
      const page = { data: objects as never, hasMore: false, readAt: new Date() };
      const parts = { database, marks: createMarks(database), mirror, onInserted: async () => {} };
      const judged = await judge(database, mirror, listedOn([{ page, parents: {} }], { source, type }));
      await applyListed(parts, judged, { source, type, now: new Date(), readable: true });
    },
    async row(table, id) {
      const [row] = await database.query<Json>({ text: `select * from stripe."${table}" where id = $1`, values: [id] });
      return row;
    },
    async rest() {
      let left: Json[] = [];
      const isClear = async (): Promise<boolean> => {
        left = await database.query<Json>(sql`select type, id, attempts, reason, due_at from lockstep.dirty`);
        return left.length === 0;
      };
      await eventually(isClear, 'no mark is left').catch((error: Error) => {
        throw new Error(`${error.message}; left: ${JSON.stringify(left)}`);
      });
    },
    async endLease(id) {
      const [mark] = await database.query<{ token: bigint }>(sql`select token from lockstep.dirty where id = ${id}`);
      await eventually(async () => {
        // Its worker lives and may renew the lease at any moment, so one update is not enough.
        const ended = await database.query(sql`
          update lockstep.dirty set leased_until = now() - interval '1 s'
          where id = ${id} and token = ${mark?.token} returning 1`);
        return ended.length === 0;
      }, `another turn has ${id}`);
    },
    async stop() {
      await engine.stop();
      await stripe.stop();
    },
  };
}

const signer = new Stripe('sk_test_signer');

/** A body as Stripe would deliver it, signed by the official SDK. */
export function signed(
  event: Json | string,
  secret = WEBHOOK_SECRET,
  timestamp = Math.floor(Date.now() / 1_000),
): { body: Buffer; signature: string } {
  const payload = typeof event === 'string' ? event : JSON.stringify(event);
  return {
    body: Buffer.from(payload),
    signature: signer.webhooks.generateTestHeaderString({ payload, secret, timestamp }),
  };
}

let drawn = 0;

/** An event in the pinned version. `created` in epoch seconds, default now. */
export function eventOf(
  type: string,
  object: Json,
  more: { id?: string; created?: number; previous?: Json; version?: string; livemode?: boolean; account?: string } = {},
): Json {
  drawn += 1;
  return {
    id: more.id ?? `evt_${process.pid}_${drawn}`,
    object: 'event',
    type,
    created: more.created ?? Math.floor(Date.now() / 1_000),
    api_version: more.version ?? API_VERSION,
    livemode: more.livemode ?? false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    ...(more.account === undefined ? {} : { account: more.account }),
    data: { object, ...(more.previous === undefined ? {} : { previous_attributes: more.previous }) },
  };
}

export function customer(id: string, fields: Json = {}): Json {
  return {
    id,
    object: 'customer',
    created: 1_790_000_000,
    livemode: false,
    name: null,
    email: null,
    metadata: {},
    ...fields,
  };
}

export function subscription(id: string, items: number, fields: Json = {}): Json {
  const all = Array.from({ length: items }, (_, index) => subscriptionItem(id, index));
  const list = {
    object: 'list',
    data: all.slice(0, 10),
    has_more: items > 10,
    url: `/v1/subscription_items?subscription=${id}`,
  };
  return {
    id,
    object: 'subscription',
    created: 1_790_000_000,
    livemode: false,
    status: 'active',
    customer: 'cus_1',
    metadata: {},
    items: list,
    ...fields,
  };
}

export function subscriptionItem(subscription: string, index: number): Json {
  const price = { id: 'price_1', object: 'price', unit_amount: 900, currency: 'usd' };
  return {
    id: `si_${subscription}_${index}`,
    object: 'subscription_item',
    created: 1_790_000_000 + index,
    subscription,
    quantity: index + 1,
    metadata: {},
    price,
  };
}

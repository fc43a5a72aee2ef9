import { fileURLToPath } from 'node:url';
import pg from 'pg';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRig, type Rig } from '../../emulator/test/rig.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { load, loadCommon } from './on-demand/load.mjs';
import { sendStripeTo } from './redirect.js';

type Row = Record<string, unknown> & { id: string };
type Listed = Row & { created?: number };
interface List {
  list(params: object): AsyncIterable<Listed>;
}

/** More than a page of a hundred. */
const CUSTOMERS = 105;

let rig: Rig;
let end: () => void;
beforeAll(async () => {
  rig = await startRig();
  end = sendStripeTo(rig.emulator.port);
  await fill(rig.stripe);
});
afterAll(async () => {
  end();
  await rig.stop();
});

/** An account with something of every type that the engines load. */
async function fill(stripe: Stripe): Promise<void> {
  for (let from = 0; from < CUSTOMERS; from += 15) {
    const numbers = Array.from({ length: 15 }, (_, index) => from + index);
    await Promise.all(numbers.map((number) => stripe.customers.create({ name: `Customer ${number}` })));
  }
  const price = await stripe.prices.create({
    currency: 'usd',
    unit_amount: 1500,
    recurring: { interval: 'month' },
    product_data: { name: 'Plan' },
  });
  const customer = await stripe.customers.create({
    payment_method: 'pm_card_visa',
    invoice_settings: { default_payment_method: 'pm_card_visa' },
  });
  await stripe.taxIds.create({ type: 'eu_vat', value: 'DE123456789' });
  const { id } = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id, quantity: 2 }],
  });
  await stripe.subscriptionSchedules.create({ from_subscription: id });
  const [invoice] = (await stripe.invoices.list({ subscription: id })).data;
  const [line] = invoice?.lines.data ?? [];
  await stripe.creditNotes.create({
    invoice: invoice?.id ?? '',
    lines: [{ type: 'invoice_line_item', invoice_line_item: line?.id ?? '', amount: 500 }],
    credit_amount: 500,
  });
  const pay = (payment_method: string): Promise<Stripe.PaymentIntent> =>
    stripe.paymentIntents.create({
      amount: 4200,
      currency: 'usd',
      payment_method,
      allowed_payment_method_types: ['card'],
      confirm: true,
    });
  await stripe.refunds.create({ payment_intent: (await pay('pm_card_visa')).id, amount: 1200 });
  await pay('pm_card_createDispute');
  await stripe.setupIntents.create({ customer: customer.id, usage: 'off_session' });
  await stripe.checkout.sessions.create({
    mode: 'subscription',
    line_items: [{ price: price.id, quantity: 1 }],
    success_url: 'https://app.example/done',
  });
}

/** Everything that a list has, in one version of the API. */
async function listed(list: List, params: object = {}): Promise<Map<string, Listed>> {
  const all = new Map<string, Listed>();
  for await (const item of list.list({ limit: 100, ...params })) all.set(item.id, asJson(item));
  return all;
}

/** As it was sent: newer SDKs make numbers of decimals. */
const asJson = (item: Listed): Listed => JSON.parse(JSON.stringify(item)) as Listed;

/** Whole numbers come as text from PostgreSQL, and the engine keeps some objects and decimals as JSON in a text. */
function asColumn(value: unknown): unknown {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && /^[{"]/.test(value) ? JSON.parse(value) : value;
}

async function rowsOf(database: TestDatabase, table: string, columns = '*'): Promise<Row[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<Row>(`select ${columns} from stripe.${table}`)).rows;
  } finally {
    await client.end();
  }
}

describe('@supabase/stripe-sync-engine', () => {
  const TABLES: readonly [table: string, list: (stripe: Stripe) => unknown, params?: object][] = [
    ['products', ({ products }) => products],
    ['prices', ({ prices }) => prices],
    ['plans', ({ plans }) => plans],
    ['customers', ({ customers }) => customers],
    ['subscriptions', ({ subscriptions }) => subscriptions, { status: 'all' }],
    ['subscription_schedules', ({ subscriptionSchedules }) => subscriptionSchedules],
    ['invoices', ({ invoices }) => invoices],
    ['charges', ({ charges }) => charges],
    ['setup_intents', ({ setupIntents }) => setupIntents],
    ['payment_intents', ({ paymentIntents }) => paymentIntents],
    ['tax_ids', ({ taxIds }) => taxIds],
    ['credit_notes', ({ creditNotes }) => creditNotes],
    ['disputes', ({ disputes }) => disputes],
    ['refunds', ({ refunds }) => refunds],
    ['checkout_sessions', ({ checkout }) => checkout.sessions],
  ];
  let database: TestDatabase;
  let asker: Stripe;
  beforeAll(async () => {
    database = await createDatabase();
    const library = loadCommon('@supabase/stripe-sync-engine') as {
      runMigrations: (options: object) => Promise<void>;
      StripeSync: new (options: object) => { syncBackfill: (asked: object) => Promise<object>; stripe: Stripe };
    };
    await library.runMigrations({ databaseUrl: database.url, schema: 'stripe' });
    const sync = new library.StripeSync({
      poolConfig: { connectionString: database.url, max: 5 },
      stripeSecretKey: rig.emulator.secretKey,
      stripeWebhookSecret: 'whsec_unused',
    });
    await sync.syncBackfill({ object: 'all' });
    asker = sync.stripe;
  });

  test.each(TABLES)('%s: every row is there, with the values of the list', async (table, listOf, params = {}) => {
    const expected = await listed(listOf(asker) as List, params);
    const rows = await rowsOf(database, table);
    expect(expected.size).toBeGreaterThan(0);
    expect(rows.map(({ id }) => id).sort()).toEqual([...expected.keys()].sort());
    for (const row of rows) {
      const object = expected.get(row.id) as Listed;
      const shared = Object.keys(row).filter((column) => object[column] !== undefined && column !== 'refunds');
      expect(shared.length).toBeGreaterThan(4);
      for (const column of shared) {
        expect([column, asColumn(row[column])]).toEqual([column, asColumn(object[column])]);
      }
    }
  });
});

describe('@stripe/sync-engine', () => {
  const SPECIFICATION = fileURLToPath(new URL('../peers/peer-tables.json', import.meta.url));
  const KINDS = ['product', 'price', 'customer', 'subscription', 'invoice'] as const;
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  let database: TestDatabase;
  let asker: Stripe;
  beforeAll(async () => {
    database = await createDatabase();
    const library = (await load('@stripe/sync-engine')) as {
      runMigrations: (options: object) => Promise<void>;
      StripeSync: {
        create: (options: object) => Promise<{
          stripe: Stripe;
          fullSync: (...asked: unknown[]) => Promise<{ errors: unknown[] }>;
        }>;
      };
    };
    await library.runMigrations({ databaseUrl: database.url, openApiSpecPath: SPECIFICATION, logger: quiet });
    const sync = await library.StripeSync.create({
      poolConfig: { connectionString: database.url, max: 5 },
      stripeSecretKey: rig.emulator.secretKey,
      stripeWebhookSecret: 'whsec_unused',
      logger: quiet,
    });
    expect((await sync.fullSync(KINDS, true, 20, 10, false)).errors).toEqual([]);
    asker = sync.stripe;
  });

  test.each(KINDS)('%s: every row is there, as the list shows it', async (kind) => {
    const lists = asker as unknown as Record<string, List>;
    const expected = await listed(lists[`${kind}s`] as List);
    const rows = await rowsOf(database, `${kind}s`, 'id, _raw_data as data');
    expect(expected.size).toBeGreaterThan(0);
    expect(Object.fromEntries(rows.map(({ id, data }) => [id, data]))).toEqual(Object.fromEntries(expected));
  });
});

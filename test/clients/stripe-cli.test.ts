import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { name, sql } from '../../src/store/sql.js';
import { eventually } from '../support/eventually.js';
import { stripeCli } from '../support/stripe-cli.js';
import { databases, startWorld, type World } from '../support/world.js';

let world: World;

type Values = Record<string, unknown>;

/** An event's payload, of whatever type. */
type Payload = Values & { id: string; created: number };

interface Case {
  event: string;
  table: string;
  /** What the event says. */
  payload: Values;
  /** The typed columns of the proven row; what Stripe decided is taken from the payload. */
  row: (payload: Payload) => Values;
}

const CLI_MADE = '(created by Stripe CLI)';
const FOO_BAR = { foo: 'bar' };
const time = (seconds: unknown): Date => new Date(Number(seconds) * 1_000);
const gone =
  (columns: Values): (() => Values) =>
  () => ({ ...columns, deleted: true });

const cases: readonly Case[] = [
  {
    event: 'customer.created',
    table: 'customers',
    payload: { object: 'customer', description: CLI_MADE, delinquent: false },
    row: () => ({ description: CLI_MADE, delinquent: false, balance: 0, metadata: {} }),
  },
  {
    event: 'customer.updated',
    table: 'customers',
    payload: { description: CLI_MADE, metadata: FOO_BAR },
    row: () => ({ description: CLI_MADE, metadata: FOO_BAR }),
  },
  {
    event: 'customer.deleted',
    table: 'customers',
    payload: { description: CLI_MADE },
    row: gone({ description: null }),
  },
  {
    event: 'product.created',
    table: 'products',
    payload: { object: 'product', name: 'myproduct', description: CLI_MADE, active: true },
    row: ({ updated }) => ({
      name: 'myproduct',
      description: CLI_MADE,
      active: true,
      type: 'service',
      updated: time(updated),
    }),
  },
  {
    event: 'product.updated',
    table: 'products',
    payload: { name: 'myproduct', metadata: FOO_BAR },
    row: ({ updated }) => ({ name: 'myproduct', metadata: FOO_BAR, updated: time(updated) }),
  },
  { event: 'product.deleted', table: 'products', payload: { name: 'myproduct' }, row: gone({ name: null }) },
  {
    event: 'price.created',
    table: 'prices',
    payload: { object: 'price', unit_amount: 1_500, currency: 'usd', recurring: { interval: 'month' } },
    row: ({ product }) => ({
      ...{ unit_amount: 1_500, unit_amount_decimal: '1500', currency: 'usd', type: 'recurring' },
      ...{ active: true, product },
    }),
  },
  {
    event: 'price.updated',
    table: 'prices',
    payload: { unit_amount: 1_500, metadata: FOO_BAR },
    row: ({ product }) => ({ unit_amount: 1_500, metadata: FOO_BAR, product }),
  },
  {
    event: 'customer.subscription.created',
    table: 'subscriptions',
    payload: { object: 'subscription', status: 'active' },
    row: ({ customer, start_date, latest_invoice }) => ({
      ...{ status: 'active', customer, start_date: time(start_date), latest_invoice },
      ...{ cancel_at_period_end: false, canceled_at: null, ended_at: null, trial_end: null },
    }),
  },
  {
    event: 'customer.subscription.updated',
    table: 'subscriptions',
    payload: { status: 'active', metadata: FOO_BAR },
    row: ({ customer }) => ({ status: 'active', customer, metadata: FOO_BAR }),
  },
  {
    event: 'customer.subscription.deleted',
    table: 'subscriptions',
    payload: { status: 'canceled', ended_at: expect.any(Number) },
    row: ({ customer, canceled_at, ended_at }) => ({
      ...{ status: 'canceled', customer },
      ...{ canceled_at: time(canceled_at), ended_at: time(ended_at) },
    }),
  },
  {
    event: 'payment_intent.succeeded',
    table: 'payment_intents',
    payload: { object: 'payment_intent', status: 'succeeded', amount: 2_000, amount_received: 2_000 },
    row: ({ latest_charge, payment_method }) => ({
      ...{ status: 'succeeded', amount: 2_000, amount_received: 2_000, currency: 'usd' },
      ...{ latest_charge, payment_method, client_secret: null },
    }),
  },
  {
    event: 'invoice.paid',
    table: 'invoices',
    payload: { object: 'invoice', status: 'paid', amount_paid: 2_000, amount_remaining: 0 },
    row: ({ customer, total, number }) => ({
      ...{ status: 'paid', amount_paid: 2_000, amount_remaining: 0, customer, total, number },
    }),
  },
  {
    event: 'setup_intent.succeeded',
    table: 'setup_intents',
    payload: { object: 'setup_intent', status: 'succeeded' },
    row: ({ payment_method, usage }) => ({ status: 'succeeded', payment_method, usage, client_secret: null }),
  },
];

describe.each(databases)('what the official command line triggers arrives in %s', { timeout: 90_000 }, (kind) => {
  beforeAll(async () => {
    world = await startWorld({ kind });
  });
  afterAll(() => world.stop());

  test.each(cases)('$event, with its values', async ({ event: type, table, payload, row }) => {
    const before = await newest(type);
    await cli('trigger', type);
    const event = await arrival(type, before?.id);
    expect(event.data.object).toMatchObject(payload);
    await mirrors(event, table, row);
  });

  // There is no such trigger: a price goes with its plan.
  test('price.deleted and plan.deleted, by deleting the plan', async () => {
    const { data } = await world.stripe.prices.list({ limit: 1 });
    const [price] = data;
    expect(price).toMatchObject({ unit_amount: 1_500 });
    const made = JSON.parse(
      await cli(
        ...['prices', 'create', '--currency', 'usd', '--unit-amount', '700', '-d', 'recurring[interval]=month'],
        ...['-d', 'product_data[name]=short-lived'],
      ),
    ) as { id: string };
    await cli('plans', 'delete', made.id, '--confirm');
    const event = await arrival('price.deleted', undefined);
    expect(event.data.object).toMatchObject({ id: made.id, unit_amount: 700, recurring: { interval: 'month' } });
    await mirrors(event, 'prices', gone({ unit_amount: null, currency: null }));
    const plan = await arrival('plan.deleted', undefined);
    expect(plan.data.object).toMatchObject({ id: made.id, amount: 700 });
    await mirrors(plan, 'plans', gone({ amount: null }));
    expect(await rowOf('prices', price?.id ?? '')).toMatchObject({ deleted: false, unit_amount: 1_500 });
  });
});

async function cli(...args: string[]): Promise<string> {
  const { emulator } = world;
  const { code, stdout, stderr } = await stripeCli(emulator.url, args, { secretKey: emulator.secretKey });
  expect(code, `${stdout}\n${stderr}`).toBe(0);
  return stdout;
}

async function newest(type: string): Promise<Stripe.Event | undefined> {
  return (await world.stripe.events.list({ type, limit: 1 })).data[0];
}

/** The newest event of the type once there is one after `before`. */
function arrival(type: string, before: string | undefined): Promise<Stripe.Event & { data: { object: unknown } }> {
  return eventually(async () => {
    const event = await newest(type);
    return event !== undefined && event.id !== before ? event : undefined;
  }, `a new ${type} in /v1/events`);
}

/** The event is in the inbox as Stripe has it, and the row is proven with the expected columns. */
async function mirrors(event: Stripe.Event, table: string, row: Case['row']): Promise<void> {
  const { database, engine } = world;
  const payload = event.data.object as unknown as Payload;
  const [stored] = await eventually(async () => {
    const rows = await database.query<Values>(sql`select * from lockstep.inbox where id = ${event.id}`);
    return rows.length > 0 && rows;
  }, `${event.type} in the inbox`);
  expect(stored).toMatchObject({
    ...{ type: event.type, feed: 'webhook', quarantine: null, api_version: event.api_version },
    ...{ object_type: payload['object'], object_id: payload.id, livemode: false, account: engine.source.account },
    created: time(event.created),
    body: { id: event.id, type: event.type, data: { object: withoutSecrets(payload) } },
  });
  await eventually(
    async () => (await database.query(sql`select 1 from lockstep.dirty where id = ${payload.id}`)).length === 0,
    `${payload.id} proven`,
  );
  const expected = row(payload);
  expect(await rowOf(table, payload.id)).toMatchObject({
    ...(expected['deleted'] === true ? {} : { created: time(payload.created), deleted: false }),
    ...expected,
    proven_at: expect.any(Date),
  });
}

async function rowOf(table: string, id: string): Promise<Values | undefined> {
  const [row] = await world.database.query<Values>(
    sql`select * from ${name(world.engine.mirror.schema, table)} where id = ${id}`,
  );
  return row;
}

function withoutSecrets({ client_secret: _, ...rest }: Payload): Values {
  return rest;
}

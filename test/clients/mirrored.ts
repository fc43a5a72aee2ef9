import { expect } from 'vitest';
import { name, sql } from '../../src/store/sql.js';
import { eventually } from '../support/eventually.js';
import type { World } from '../support/world.js';

export type Values = Readonly<Record<string, unknown>>;

/** An object in an event or an answer. */
export type Shown = Values & { id: string; object: string };

interface Place {
  table: string;
  /** Where Stripe shows one, its own fields as placeholders; null: nowhere, so that no row of it can be proven. */
  path: string | null;
}

/** Where the mirror and Stripe have an object; written down a second time, since the catalog's own words are on trial. */
const places: Readonly<Record<string, Place>> = {
  'billing_portal.configuration': {
    table: 'billing_portal_configurations',
    path: '/v1/billing_portal/configurations/:id',
  },
  'billing_portal.session': { table: 'billing_portal_sessions', path: null },
  card: { table: 'cards', path: '/v1/customers/:customer/sources/:id' },
  'checkout.session': { table: 'checkout_sessions', path: '/v1/checkout/sessions/:id' },
  discount: { table: 'discounts', path: null },
  'test_helpers.test_clock': { table: 'test_helpers_test_clocks', path: '/v1/test_helpers/test_clocks/:id' },
};

/** What Stripe gives only when it is asked for. The mirror has it all the same. */
const onlyWhenAsked: Readonly<Record<string, readonly string[]>> = {
  coupon: ['applies_to', 'currency_options'],
  customer: ['invoice_credit_balance', 'tax'],
  plan: ['tiers'],
  price: ['currency_options', 'tiers'],
  promotion_code: ['restrictions.currency_options'],
};

const placeOf = (object: string): Place => places[object] ?? { table: `${object}s`, path: `/v1/${object}s/:id` };

/**
 * The row of an object at rest is what Stripe has now, proven; and its typed columns are the `columns`, times as moments.
 * An object that Stripe cannot be asked for is as its event showed it.
 */
export async function expectRow(world: World, shown: Shown, columns: Values): Promise<void> {
  const { table, path } = placeOf(shown.object);
  await atRest(world, shown.id);
  const row = await rowOf(world, table, shown.id);
  const at = `${table} ${shown.id} in ${world.kind}`;
  const standing = path === null ? shown : await retrieved(world, path, shown);
  if (standing === undefined || columns['deleted'] === true) {
    const stub = { id: shown.id, object: shown.object, deleted: true };
    return expect(row, at).toMatchObject({ deleted: true, data: stub, ...provenWhere(path) });
  }
  expect(row, at).toMatchObject({ deleted: false, ...provenWhere(path), ...typed(columns) });
  // Stripe moves this one without an event, whenever a delivery is acknowledged.
  const moving = { webhooks_delivered_at: expect.anything() as unknown };
  const expected = withoutSecrets(standing) as Values;
  const data = withoutItems(row?.['data'] as Shown);
  expect(data, at).toEqual(
    typeof expected['webhooks_delivered_at'] === 'number' ? { ...expected, ...moving } : expected,
  );
}

/** These are complete in the mirror where Stripe leaves them out. */
const withoutItems = ({ line_items: _, ...data }: Shown): Values => data;

/** What Stripe cannot be asked for is shown and never proven. */
const provenWhere = (path: string | null): Values => ({ proven_at: path === null ? null : expect.any(Date) });

/** The event is in the inbox as it was sent, without its secrets. */
export async function expectEvent(world: World, event: { id: string; type: string; data: unknown }): Promise<void> {
  const [stored] = await eventually(async () => {
    const rows = await world.database.query<Values>(sql`select * from lockstep.inbox where id = ${event.id}`);
    return rows.length > 0 && rows;
  }, `${event.id} in the inbox of ${world.kind}`);
  expect(stored).toMatchObject({ type: event.type, feed: 'webhook', quarantine: null, livemode: false });
  expect(stored?.['body']).toMatchObject({ id: event.id, data: withoutSecrets(event.data) as object });
}

export async function rowOf({ database, engine }: World, table: string, id: string): Promise<Values | undefined> {
  const [row] = await database.query<Values>(sql`select * from ${name(engine.mirror.schema, table)} where id = ${id}`);
  return row;
}

async function atRest({ database, kind }: World, id: string): Promise<void> {
  await eventually(
    async () => (await database.query(sql`select 1 from lockstep.dirty where id = ${id}`)).length === 0,
    `${id} proven in ${kind}`,
  );
}

/** As Stripe answers now; undefined when it is deleted. */
async function retrieved({ emulator }: World, path: string, shown: Shown): Promise<Shown | undefined> {
  const address = path.replaceAll(/:(\w+)/g, (_, field: string) => encodeURIComponent(String(shown[field])));
  const expansions = (onlyWhenAsked[shown.object] ?? []).map((field) => `expand[]=${field}`).join('&');
  const response = await fetch(`${emulator.url}${address}?${expansions}`, {
    headers: { authorization: `Bearer ${emulator.secretKey}` },
  });
  const answer = (await response.json()) as Shown;
  if (response.status === 404 || answer['deleted'] === true) return undefined;
  expect(response.status, JSON.stringify(answer)).toBe(200);
  return answer;
}

const NUMERIC = new Set(['percent_off', 'percentage']);
const TIME = /(_at|_date|_time|^created|^trial_end|^updated)$/;

/** Values of JSON as the columns have them: seconds are moments, fractions exact; the object's kind is the table's name. */
function typed({ object: _, ...values }: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      if (NUMERIC.has(key)) return [key, String(value)];
      if (!TIME.test(key) || value === null) return [key, value];
      return [key, typeof value === 'number' ? new Date(value * 1_000) : (expect.any(Date) as unknown)];
    }),
  );
}

const SECRETS = new Set(['client_secret', 'redirect_to_url', 'use_stripe_sdk']);
const SECRET_ADDRESS = /^(billing_portal|checkout)\.session$/;

/** What lets its bearer act is never stored. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  const object = String((value as Values)['object']);
  const kept = Object.entries(value).filter(
    ([key, inner]) => inner === null || !(SECRETS.has(key) || (key === 'url' && SECRET_ADDRESS.test(object))),
  );
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutSecrets(inner)]));
}

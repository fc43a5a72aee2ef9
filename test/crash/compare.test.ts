import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase } from '../support/database.js';
import { MIGRATED } from '../support/global-postgres.js';
import { compare, type Expected } from './compare.js';
import type { Json, TrueObject } from './truth.js';

const items = Array.from({ length: 12 }, (_, index) => ({
  id: `si_${index}`,
  object: 'subscription_item',
  quantity: index,
}));
const list = { object: 'list', data: items, has_more: false, url: '/v1/subscription_items' };
const secret = { confirmation_secret: { type: 'payment_intent', client_secret: 'pi_secret' } };
const objects: TrueObject[] = [
  {
    type: 'customer',
    id: 'cus_1',
    gone: false,
    object: { id: 'cus_1', object: 'customer', name: 'Ada' },
    children: [],
  },
  { type: 'coupon', id: 'co_1', gone: true, object: { id: 'co_1', object: 'coupon', name: 'Gone' }, children: [] },
  { type: 'subscription', id: 'sub_1', gone: false, object: { id: 'sub_1', object: 'subscription' }, children: items },
  { type: 'invoice', id: 'in_1', gone: false, object: { id: 'in_1', object: 'invoice', ...secret }, children: [] },
];
const expected: Expected = {
  truth: { account: 'acct_1', objects },
  acknowledged: new Set(['evt_1']),
  sent: new Set(['evt_1', 'evt_2']),
};

let database: pg.Client;
const query = async (text: string): Promise<Json[]> => (await database.query<Json>(text)).rows;

beforeAll(async () => {
  database = new pg.Client({ connectionString: (await createDatabase({ template: MIGRATED })).url });
  await database.connect();
  const stub = { id: 'co_1', object: 'coupon', deleted: true };
  const invoice = { id: 'in_1', object: 'invoice', confirmation_secret: { type: 'payment_intent' } };
  await insert('customers', 'cus_1', { id: 'cus_1', object: 'customer', name: 'Ada' });
  await insert('coupons', 'co_1', stub, { deleted: true });
  await insert('subscriptions', 'sub_1', { id: 'sub_1', object: 'subscription', items: list });
  await insert('invoices', 'in_1', { ...invoice, lines: { object: 'list', data: [], has_more: false } });
  for (const item of items) await insert('subscription_items', item.id, item, { owner: 'sub_1' });
  const gone = { id: 'si_gone', object: 'subscription_item', deleted: true };
  await insert('subscription_items', 'si_gone', gone, { owner: 'sub_1', deleted: true });
  await insertEvent('evt_1');
});
afterAll(() => database.end());

test('a mirror that is as Stripe is shows no difference, and what was compared is counted', async () => {
  expect(await compare(expected, query)).toEqual({
    ...{ objects: 3, tombstones: 1, children: 12, events: 1 },
    ...{ differences: [], lost: [] },
  });
});

/** What is broken, by which statement, and what must be found. */
const tampered: readonly [string, string, string | RegExp][] = [
  ['a row that is missing', `delete from stripe.customers`, 'customers cus_1: missing'],
  ['a changed value', `update stripe.customers set data = data || '{"name":"Eve"}'`, 'customers cus_1: different'],
  ['a field too many', `update stripe.customers set data = data || '{"more":1}'`, 'customers cus_1: different'],
  ['an invented row', copyOf('customers', 'cus_2'), 'customers cus_2: extra'],
  ['a row of another account', `update stripe.customers set account = 'acct_2'`, /cus_1: of another account or mode/],
  ['a row of another mode', `update stripe.customers set livemode = true`, /cus_1: of another account or mode/],
  ['an unproven row', `update stripe.customers set proven_at = null`, 'customers cus_1: not proven'],
  ['a buried row', `update stripe.customers set deleted = true`, /cus_1: a tombstone of what Stripe still has/],
  ['a tombstone that is missing', `delete from stripe.coupons`, 'coupons co_1: missing'],
  ['a deleted object that lives', `update stripe.coupons set deleted = false`, 'coupons co_1: not a tombstone'],
  [
    'a tombstone with content',
    `update stripe.coupons set data = data || '{"name":"Gone"}'`,
    'coupons co_1: a tombstone that holds more than its stub',
  ],
  ['a child that is missing', `delete from stripe.subscription_items where id = 'si_11'`, /sub_1\/si_11: missing/],
  [
    'a changed child',
    `update stripe.subscription_items set data = data || '{"quantity":99}' where id = 'si_3'`,
    /sub_1\/si_3: different/,
  ],
  [
    'an unproven child',
    `update stripe.subscription_items set proven_at = null where id = 'si_3'`,
    /sub_1\/si_3: not proven/,
  ],
  [
    'a buried child',
    `update stripe.subscription_items set deleted = true where id = 'si_3'`,
    /sub_1\/si_3: a tombstone of what/,
  ],
  [
    'a child that should be gone',
    `update stripe.subscription_items set deleted = false where id = 'si_gone'`,
    /si_gone: extra/,
  ],
  [
    'a child of another parent',
    `update stripe.subscription_items set owner = 'sub_2' where id = 'si_3'`,
    /sub_2\/si_3: extra/,
  ],
  [
    'a list inside its parent that was cut off at ten',
    `update stripe.subscriptions set data = jsonb_set(data, '{items,data}', (data #> '{items,data}') - 11 - 10)`,
    'subscriptions sub_1: its items are not complete',
  ],
  [
    'a list inside its parent that says there is more',
    `update stripe.subscriptions set data = jsonb_set(data, '{items,has_more}', 'true')`,
    'subscriptions sub_1: its items are not complete',
  ],
  [
    'a secret that was kept',
    `update stripe.invoices set data = jsonb_set(data, '{confirmation_secret,client_secret}', '"pi_secret"')`,
    'invoices in_1: different',
  ],
  ['a row in a table where nothing belongs', copyOf('customers', 'cus_1', 'products'), 'products: 1 extra rows'],
  [
    'a mark that is left',
    `insert into lockstep.dirty (account, livemode, type, id, hinted_at, due_at, gen, first_gen) values ('acct_1', false, 'customer', 'cus_1', now(), now(), 1, 1)`,
    /customer cus_1: still marked/,
  ],
  ['an invented event', `update lockstep.inbox set id = 'evt_9' where id = 'evt_1'`, 'inbox evt_9: was never sent'],
];

test.each(tampered)('%s is found', async (_, statement, found) => {
  const { differences } = await broken(statement);
  const matching = typeof found === 'string' ? expect.stringContaining(found) : expect.stringMatching(found);
  expect(differences).toEqual(expect.arrayContaining([matching]));
});

test('an acknowledged event that is not in the inbox is lost', async () => {
  expect((await broken(`delete from lockstep.inbox`)).lost).toEqual(['evt_1']);
});

test('an event that was sent and not acknowledged may be in the inbox', async () => {
  await database.query('begin');
  await insertEvent('evt_2');
  const { differences } = await compare(expected, query);
  await database.query('rollback');
  expect(differences).toEqual([]);
});

async function broken(statement: string): ReturnType<typeof compare> {
  await database.query('begin');
  try {
    const { rowCount } = await database.query(statement);
    expect(rowCount).toBeGreaterThan(0);
    return await compare(expected, query);
  } finally {
    await database.query('rollback');
  }
}

async function insert(
  table: string,
  id: string,
  data: Json,
  { owner, deleted = false }: { owner?: string; deleted?: boolean } = {},
): Promise<void> {
  const [column, value] = owner === undefined ? ['', ''] : ['owner, ', `'${owner}', `];
  await database.query(
    `insert into stripe.${table} (account, livemode, ${column}id, data, deleted, proven_at, as_of)
     values ('acct_1', false, ${value}$1, $2, $3, now(), now())`,
    [id, JSON.stringify(data), deleted],
  );
}

function copyOf(table: string, id: string, into = table): string {
  const columns = 'data, deleted, proven_at, as_of';
  return `insert into stripe.${into} (account, livemode, id, ${columns}) select account, livemode, '${id}', ${columns} from stripe.${table}`;
}

async function insertEvent(id: string): Promise<void> {
  await database.query(
    `insert into lockstep.inbox (created, account, livemode, id, type, feed, body)
     values (now(), 'acct_1', false, $1, 'customer.created', 'webhook', '{}')`,
    [id],
  );
}

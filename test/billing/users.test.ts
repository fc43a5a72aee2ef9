import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBilling, type Billing } from '../../src/billing/billing.js';
import { createProfiles, readBlanks } from '../../src/billing/profiles.js';
import { createUsers } from '../../src/billing/users.js';
import { createMarks } from '../../src/inbox/marks.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silent } from '../../src/kernel/log.js';
import { sql } from '../../src/store/sql.js';
import { eventually } from '../support/eventually.js';
import { databases, WEBHOOK_SECRET } from '../support/world.js';
import { startTown, type Town } from './people.js';

const CROWD = Array.from({ length: 20 }, (_, n) => `crowd${n}`);

describe.each(databases)('users and their customers on %s', (kind) => {
  let town: Town;
  let billing: Billing;
  beforeAll(async () => {
    town = await startTown(kind, [
      ...CROWD,
      'ada',
      'bob',
      'cy',
      'dee',
      'eve',
      'flo',
      'gus',
      'hal',
      'ida',
      'jan',
      'kim',
      'lou',
    ]);
    billing = town.engine.billing!;
  });
  afterAll(() => town.stop());

  const atStripe = async (username: string) => {
    const { id } = await billing.customers.ensure(await town.user(username));
    return (await town.stripe.customers.retrieve(id)) as { id: string; name: string; email: string; metadata: object };
  };
  const rename = (username: string, firstName: string) =>
    town.database.query(sql`update public.users set first_name = ${firstName} where username = ${username}`);
  const inMirror = (id: string, what: string, holds: (data: { name: string }) => boolean) =>
    eventually(async () => {
      const [row] = await town.database.query<{ data: { name: string } }>(sql`
        select data from stripe.customers where id = ${id} and proven_at is not null`);
      return row !== undefined && holds(row.data);
    }, what);

  test('two hundred calls at once for twenty users make twenty customers', async () => {
    const before = new Set((await town.stripe.customers.list({ limit: 100 })).data.map(({ id }) => id));
    const users = await Promise.all(CROWD.map((name) => town.user(name)));
    const made = await Promise.all(Array.from({ length: 200 }, (_, n) => billing.customers.ensure(users[n % 20]!)));
    const now = (await town.stripe.customers.list({ limit: 100 })).data.filter(({ id }) => !before.has(id));
    expect(now).toHaveLength(20);
    expect(new Set(made.map(({ id }) => id))).toEqual(new Set(now.map(({ id }) => id)));
  });

  test('what the app changes goes out once; what the Dashboard changes stays, and is reported', async () => {
    const { id } = await atStripe('ada');
    await inMirror(id, 'the customer is in the mirror', () => true);
    expect(await billing.users.changed(await town.user('ada'))).toEqual([]);
    await rename('ada', 'Augusta');
    expect(await billing.users.differences(await town.user('ada'))).toEqual([
      { field: 'name', app: 'Augusta Test', stripe: 'ada Test', changedBy: 'app' },
    ]);
    expect(await billing.users.changed(await town.user('ada'), { team: 'blue' })).toEqual(['name', 'metadata.team']);
    expect(await atStripe('ada')).toMatchObject({ name: 'Augusta Test', metadata: { team: 'blue' } });
    expect(await billing.users.changed(await town.user('ada'))).toEqual([]);

    await town.stripe.customers.update(id, { name: 'Countess', email: 'new@example.com' });
    await inMirror(id, 'the edit is in the mirror', ({ name }) => name === 'Countess');
    const differences = await billing.users.differences(await town.user('ada'));
    expect(differences).toEqual([
      { field: 'name', app: 'Augusta Test', stripe: 'Countess', changedBy: 'stripe' },
      { field: 'email', app: 'ada@example.com', stripe: 'new@example.com', changedBy: 'stripe' },
    ]);
    expect(await billing.users.changed(await town.user('ada'))).toEqual([]); // nothing of the app's own has moved
    // The app takes the e-mail over and says so: nothing is sent, and nothing comes back.
    await town.database.query(sql`update public.users set email = 'new@example.com' where username = 'ada'`);
    expect(await billing.users.changed(await town.user('ada'))).toEqual([]);
    expect((await atStripe('ada')).name).toBe('Countess');
    // An e-mail that the app takes away is taken away at Stripe.
    await town.database.query(sql`update public.users set email = null where username = 'ada'`);
    expect(await billing.users.changed(await town.user('ada'))).toEqual(['email']);
    expect((await atStripe('ada')).email).toBeNull();
  });

  test('a deleted user’s customer stays, or loses its subscriptions, or goes, as the app decides', async () => {
    const price = await town.price(900);
    const lives = async (username: string) => {
      const customer = await town.customer(username);
      const { id } = await town.stripe.subscriptions.create({ customer, items: [{ price: price.id }] });
      const user = await town.user(username);
      await billing.users.deleted(user.id, ({ bob: 'keep', cy: 'cancel', dee: 'delete' } as const)[username]);
      await billing.users.deleted(user.id); // a second time nothing is left to do
      const links = await town.database.query(sql`select 1 from lockstep.links where user_id = ${user.id}`);
      expect(links).toEqual([]);
      const { deleted = false } = await town.stripe.customers.retrieve(customer);
      return { deleted, status: (await town.stripe.subscriptions.retrieve(id)).status };
    };
    expect(await lives('bob')).toEqual({ deleted: false, status: 'active' });
    expect(await lives('cy')).toEqual({ deleted: false, status: 'canceled' });
    expect(await lives('dee')).toEqual({ deleted: true, status: 'canceled' });
  });

  test('links whose user has gone are found', async () => {
    const user = await town.user('eve');
    await billing.customers.ensure(user);
    await town.database.query(sql`delete from public.users where username = 'eve'`);
    expect(await billing.users.orphans()).toEqual([user.id]);
    await billing.users.deleted(user.id);
    expect(await billing.users.orphans()).toEqual([]);
  });

  test('a customer is adopted by metadata that was read from Stripe, and by nothing an event claims', async () => {
    const user = await town.user('flo');
    const claim = { id: 'cus_claimed', object: 'customer', created: 1, livemode: false, name: 'x', email: user.email };
    const body = JSON.stringify({
      ...{ id: 'evt_claimed', object: 'event', type: 'customer.updated', created: Math.floor(Date.now() / 1_000) },
      ...{ api_version: town.emulator.apiVersion, livemode: false, pending_webhooks: 1 },
      data: { object: { ...claim, metadata: { lockstep_user: user.id } } },
    });
    const deliver = (signature: string) =>
      fetch(`${town.service.url}/stripe-webhooks`, {
        method: 'POST',
        headers: { 'stripe-signature': signature },
        body,
      });
    expect((await deliver('t=1,v1=00')).status).toBe(400);
    expect(
      (await deliver(town.stripe.webhooks.generateTestHeaderString({ payload: body, secret: WEBHOOK_SECRET }))).status,
    ).toBe(200);
    // One that is shown and not yet proven, as an event leaves it until it is read.
    await town.database.query(sql`
      insert into stripe.customers (account, livemode, id, data, as_of)
      values (${town.engine.source.account}, false, 'cus_shown',
        ${JSON.stringify({ ...claim, id: 'cus_shown', metadata: { lockstep_user: user.id } })}::jsonb, now())`);
    const sameMail = await town.stripe.customers.create({ email: user.email! });
    const { id } = await billing.customers.ensure(user);
    expect(['cus_claimed', 'cus_shown', sameMail.id]).not.toContain(id);

    const other = await town.user('gus');
    const known = await town.stripe.customers.create({ metadata: { lockstep_user: other.id } });
    await inMirror(known.id, 'the customer is in the mirror', () => true);
    expect(await billing.customers.ensure(other)).toEqual({ id: known.id, created: false });
  });

  test('a profile that names another user’s customer is an error with a next step', async () => {
    const { id } = await billing.customers.ensure(await town.user('gus'));
    const user = await town.user('hal');
    await town.database.query(
      sql`update public.user_profiles set stripe_customer_id = ${id} where user_id::text = ${user.id}`,
    );
    await expect(billing.customers.ensure(user)).rejects.toMatchObject({
      code: 'customer_taken',
      hint: expect.any(String),
    });
    await town.database.query(
      sql`update public.user_profiles set stripe_customer_id = null where user_id::text = ${user.id}`,
    );
    expect((await billing.customers.ensure(user)).id).not.toBe(id);
  });

  test('what Stripe finds fault with is said, and asked anew once it is mended', async () => {
    const mail = (text: string) =>
      town.database.query(sql`update public.users set email = ${text} where username = 'ida'`);
    await mail('ida at home');
    await expect(billing.customers.ensure(await town.user('ida'))).rejects.toMatchObject({
      ...{
        code: 'stripe_refused',
        message: expect.stringContaining('ida at home'),
        hint: expect.stringContaining('email'),
      },
    });
    const user = await town.user('ida');
    const clicks = await Promise.allSettled([1, 2, 3, 4].map(() => billing.customers.ensure(user)));
    expect(clicks.map((click) => click.status === 'rejected' && (click.reason as { code: string }).code)).toEqual(
      clicks.map(() => 'stripe_refused'),
    );
    await mail('ida@example.com');
    expect(await atStripe('ida')).toMatchObject({ email: 'ida@example.com' });
    await rename('ida', 'x'.repeat(300));
    await expect(billing.users.changed(await town.user('ida'))).rejects.toMatchObject({
      ...{ code: 'stripe_refused', hint: expect.stringContaining('name') },
    });
    await rename('ida', 'Ida');
    expect(await billing.users.changed(await town.user('ida'))).toEqual(['name']);
  });

  test('a change for a customer that is deleted at Stripe says so, and the next call makes a new one', async () => {
    const user = await town.user('jan');
    const { id } = await billing.customers.ensure(user);
    town.emulator.faults.set({ lose_every: 1 });
    await town.stripe.customers.del(id);
    town.emulator.faults.set({ lose_every: 0 });
    await expect(billing.users.changed(user, { team: 'red' })).rejects.toMatchObject({
      ...{ code: 'customer_stale', hint: expect.any(String) },
    });
    expect((await billing.customers.ensure(user)).id).not.toBe(id);
  });

  test('a user has a customer in each mode, also where the profile row still names the one of the other', async () => {
    const { database, mirror, gateway, config } = town.engine;
    const source = { ...town.engine.source, livemode: true };
    const parts = { database, mirror, gateway, source, marks: createMarks(database), clock: systemClock, log: silent };
    const live = createBilling({ ...parts, wake: () => {} }, billing.users.config, config.billing);
    const [kim, lou] = [await town.user('kim'), await town.user('lou')];
    const ofTests = [await billing.customers.ensure(kim), await billing.customers.ensure(lou)];
    const made = await live.customers.ensure(kim);
    expect(made).toEqual({ id: expect.not.stringMatching(ofTests[0]!.id) as string, created: true });
    expect(await live.customers.ensure(kim)).toEqual({ id: made.id, created: false });
    expect(await billing.customers.ensure(kim)).toEqual({ id: ofTests[0]!.id, created: false });
    // As every start does for profiles that name a customer already.
    const blanks = await readBlanks(database, billing.users.config);
    const profiles = createProfiles({ source, mirrorSchema: 'stripe', config: billing.users.config, blanks });
    await database.transaction((tx) => profiles.adopt(tx));
    expect(await live.customers.ensure(lou)).toMatchObject({ created: true });
    await database.query(sql`delete from lockstep.links where livemode`);
    await database.query(sql`delete from lockstep.dirty where livemode`);
  });

  test('a price that is missing is no reason to make a new customer', async () => {
    const user = await town.user('hal');
    const { id } = await billing.customers.ensure(user);
    await expect(billing.subscriptions.create({ user, price: 'price_missing' })).rejects.toMatchObject({
      code: 'price_not_found',
    });
    expect((await billing.customers.ensure(user)).id).toBe(id);
  });

  test.each([
    ['uuid', '0b0e4c5e-7c0a-4e9c-9d57-2f6f0e3f1a01', 'robert'],
    ['varchar(40)', 'usr_1', '1'],
    ['bigint', '1234567890123456789', '007'],
    ['numeric', '120012', 'x'],
  ])('users named by %s are found, and their profiles followed', async (type, id, nobody) => {
    const { database } = town;
    const table = `people_${type.replace(/\W.*/, '')}`;
    await database.script(`
      create table public.${table} (id ${type} primary key, login text, full_name text);
      create table public.${table}_profile (person ${type} primary key, cus text, sub text);
      insert into public.${table} values ('${id}', 'max', 'Max'); insert into public.${table}_profile (person) values ('${id}');`);
    const config = {
      ...{ table, id: 'id', username: 'login', email: null, name: 'full_name' },
      profile: { table: `${table}_profile`, userId: 'person', customerId: 'cus', subscriptionId: 'sub' },
    };
    const users = createUsers(database, config);
    expect(await users.byId(id)).toEqual({ id, username: 'max', name: 'Max', email: null });
    expect(await users.byId(nobody)).toBeUndefined();
    const { source } = town.engine;
    await database.query(sql`
      insert into lockstep.links (account, livemode, user_id, idempotency_key, parameters, asked_at, customer_id)
      values (${source.account}, false, ${id}, ${type}, '{}', now(), ${`cus_${table}`})`);
    const blanks = await readBlanks(database, config);
    const profiles = createProfiles({ source, mirrorSchema: 'stripe', config, blanks });
    await database.transaction((tx) => profiles.follow(tx, [{ type: 'customer', id: `cus_${table}`, after: null }]));
    expect(await users.profile(id)).toEqual({ customerId: `cus_${table}`, subscriptionId: null });
  });
});

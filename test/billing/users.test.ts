import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Billing } from '../../src/billing/billing.js';
import { createProfiles, readBlanks } from '../../src/billing/users/profiles.js';
import { fitUsers, missingPart } from '../../src/billing/users/fit-users.js';
import { createUsers, UsersOptions, type UserRef, type UsersConfig } from '../../src/billing/users/users.js';
import { silent } from '../../src/kernel/log.js';
import type { Gateway } from '../../src/stripe/gateway.js';
import type { Queryable } from '../../src/store/database.js';
import { sql } from '../../src/store/sql.js';
import { eventually } from '../support/eventually.js';
import { databases, WEBHOOK_SECRET } from '../support/world.js';
import { otherBilling, startTown, type Town } from './people.js';

describe.each(databases)('users and their customers on %s', (kind) => {
  let town: Town;
  let billing: Billing;
  beforeAll(async () => {
    town = await startTown(kind);
    billing = town.billing;
  });
  afterAll(() => town.stop());

  const customerAtStripe = async (user: UserRef) => {
    const { id } = await billing.customers.ensure(user);
    return (await town.stripe.customers.retrieve(id)) as { id: string; name: string; email: string; metadata: object };
  };
  const rename = (id: string, firstName: string) =>
    town.database.query(sql`update public.users set first_name = ${firstName} where id::text = ${id}`);
  const setEmail = (id: string, email: string | null) =>
    town.database.query(sql`update public.users set email = ${email} where id::text = ${id}`);
  const inMirror = (id: string, what: string, holds: (data: { name: string }) => boolean) =>
    eventually(async () => {
      const [row] = await town.database.query<{ data: { name: string } }>(sql`
        select data from stripe.customers where id = ${id} and proven_at is not null`);
      return row !== undefined && holds(row.data);
    }, what);

  test('a user is meant by the id, by the username, or by a row of the users table', async () => {
    const ada = await town.newUser();
    const users = town.engine.users!;
    for (const ref of [
      { id: ada.id },
      { id: Number(ada.id) },
      { id: BigInt(ada.id) },
      { username: ada.username.toUpperCase() },
      { ...ada },
    ]) {
      expect(await users.find(ref)).toEqual(ada);
    }
    await expect(users.find({ username: 'nobody' })).rejects.toMatchObject({ code: 'user_not_found' });
    await expect(users.find({} as UserRef)).rejects.toMatchObject({ code: 'request_invalid' });
  });

  test('a row that the users table returned is not looked up again', async () => {
    const { id } = await town.newUser();
    let asked = 0;
    const query: Queryable['query'] = (statement) => ((asked += 1), town.database.query(statement));
    const users = createUsers({ ...town.database, query }, town.engine.users!.config);
    const user = await users.find({ id });
    expect(await users.find(user)).toBe(user);
    expect(asked).toBe(1);
  });

  test('two hundred calls at once for twenty users make twenty customers', async () => {
    const before = new Set((await town.stripe.customers.list({ limit: 100 })).data.map(({ id }) => id));
    const users = await Promise.all(Array.from({ length: 20 }, () => town.newUser()));
    const made = await Promise.all(Array.from({ length: 200 }, (_, n) => billing.customers.ensure(users[n % 20]!)));
    const now = (await town.stripe.customers.list({ limit: 100 })).data.filter(({ id }) => !before.has(id));
    expect(now).toHaveLength(20);
    expect(new Set(made.map(({ id }) => id))).toEqual(new Set(now.map(({ id }) => id)));
  });

  test('what the app changes about a user goes out once', async () => {
    const user = await town.newUser();
    const now = { id: user.id }; // looked up at each call
    const { id } = await customerAtStripe(user);
    await inMirror(id, 'the customer is in the mirror', () => true);
    expect(await billing.users.changed(now)).toEqual([]);
    await rename(user.id, 'Augusta');
    expect(await billing.users.differences(now)).toEqual([
      { field: 'name', app: 'Augusta Test', stripe: user.name, changedBy: 'app' },
    ]);
    expect(await billing.users.changed(now, { team: 'blue' })).toEqual(['name', 'metadata.team']);
    expect(await customerAtStripe(user)).toMatchObject({ name: 'Augusta Test', metadata: { team: 'blue' } });
    expect(await billing.users.changed(now)).toEqual([]);
    await setEmail(user.id, null);
    expect(await billing.users.changed(now)).toEqual(['email']);
    expect((await customerAtStripe(user)).email).toBeNull();
  });

  test('what the Dashboard changes about a customer stays, and is reported', async () => {
    const user = await town.newUser();
    const now = { id: user.id }; // looked up at each call
    const { id } = await customerAtStripe(user);
    await town.stripe.customers.update(id, { name: 'Countess', email: 'new@example.com' });
    await inMirror(id, 'the edit is in the mirror', ({ name }) => name === 'Countess');
    expect(await billing.users.differences(now)).toEqual([
      { field: 'name', app: user.name, stripe: 'Countess', changedBy: 'stripe' },
      { field: 'email', app: user.email, stripe: 'new@example.com', changedBy: 'stripe' },
    ]);
    expect(await billing.users.changed(now)).toEqual([]); // nothing of the app's own has moved
    // The app takes the email over and says so: nothing is sent, and nothing comes back.
    await setEmail(user.id, 'new@example.com');
    expect(await billing.users.changed(now)).toEqual([]);
    expect(await customerAtStripe(user)).toMatchObject({ name: 'Countess', email: 'new@example.com' });
  });

  test.each([
    ['keep', { deleted: false, status: 'active' }],
    ['cancel', { deleted: false, status: 'canceled' }],
    ['delete', { deleted: true, status: 'canceled' }],
  ] as const)('what becomes of a deleted user’s customer and subscription with %s', async (what, expected) => {
    const user = await town.newUser();
    const price = await town.price(900);
    const customer = await town.customer(user);
    const { id } = await town.stripe.subscriptions.create({ customer, items: [{ price: price.id }] });
    await billing.users.deleted(user.id, what);
    await billing.users.deleted(user.id); // a second time nothing is left to do
    expect(await town.database.query(sql`select 1 from lockstep.links where user_id = ${user.id}`)).toEqual([]);
    const { deleted = false } = await town.stripe.customers.retrieve(customer);
    const { status } = await town.stripe.subscriptions.retrieve(id);
    expect({ deleted, status }).toEqual(expected);
  });

  test('links whose user has gone are found', async () => {
    const user = await town.newUser();
    await billing.customers.ensure(user);
    await town.database.query(sql`delete from public.users where id::text = ${user.id}`);
    expect(await billing.users.orphans()).toEqual([user.id]);
    await billing.users.deleted(user.id);
    expect(await billing.users.orphans()).toEqual([]);
  });

  test('a customer is adopted by metadata that was read from Stripe, and by nothing an event claims', async () => {
    const user = await town.newUser();
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

    const other = await town.newUser();
    const known = await town.stripe.customers.create({ metadata: { lockstep_user: other.id } });
    await inMirror(known.id, 'the customer is in the mirror', () => true);
    expect(await billing.customers.ensure(other)).toEqual({ id: known.id, created: false });
  });

  test('a profile that names another user’s customer is an error with a next step', async () => {
    const { id } = await billing.customers.ensure(await town.newUser());
    const user = await town.newUser();
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

  test('Stripe’s objection to an email is reported, and the corrected email is sent', async () => {
    const { id } = await town.newUser();
    await setEmail(id, 'ida at home');
    const user = await town.engine.users!.find({ id });
    const refusal = {
      code: 'stripe_refused',
      message: expect.stringContaining('ida at home') as string,
      hint: expect.stringContaining('email') as string,
    };
    const clicks = await Promise.allSettled([1, 2, 3, 4].map(() => billing.customers.ensure(user)));
    expect(clicks).toEqual(clicks.map(() => ({ status: 'rejected', reason: expect.objectContaining(refusal) })));
    await setEmail(id, 'ida@example.com');
    expect(await customerAtStripe({ id })).toMatchObject({ email: 'ida@example.com' });
  });

  test('Stripe’s objection to a name is reported, and the corrected name is sent', async () => {
    const { id } = await town.newUser();
    await billing.customers.ensure({ id });
    await rename(id, 'x'.repeat(300));
    await expect(billing.users.changed({ id })).rejects.toMatchObject({
      code: 'stripe_refused',
      hint: expect.stringContaining('name'),
    });
    await rename(id, 'Ida');
    expect(await billing.users.changed({ id })).toEqual(['name']);
  });

  test('a change for a customer that is deleted at Stripe says so, and the next call makes a new one', async () => {
    const user = await town.newUser();
    const { id } = await billing.customers.ensure(user);
    await town.unheard(id, () => town.stripe.customers.del(id));
    await expect(billing.users.changed(user, { team: 'red' })).rejects.toMatchObject({
      ...{ code: 'customer_stale', hint: expect.any(String) },
    });
    expect((await billing.customers.ensure(user)).id).not.toBe(id);
  });

  test('what a user had stays theirs when their customer is deleted and another one made', async () => {
    const user = await town.newUser();
    const price = await town.price(900);
    const customer = await town.customer(user);
    const { id } = await town.stripe.subscriptions.create({
      customer,
      items: [{ price: price.id }],
      trial_period_days: 7,
    });
    await billing.settled(customer);
    const access = await billing.for(user);
    expect([await access.hadTrial(), await access.isSubscribed()]).toEqual([true, true]);
    const invoices = (await access.invoices()).length;
    await town.stripe.customers.del(customer);
    await eventually(async () => {
      const [row] = await town.database.query(sql`select 1 from stripe.customers where id = ${customer} and deleted`);
      return row !== undefined;
    }, 'the customer is gone');
    expect((await billing.customers.ensure(user)).id).not.toBe(customer);
    await eventually(async () => !(await access.isSubscribed()), 'the subscription has ended');
    expect([await access.hadTrial(), await access.hadTrial({ price: price.id }), await access.onTrial()]).toEqual([
      true,
      true,
      false,
    ]);
    expect(await access.subscriptions()).toMatchObject([{ id, ended: true }]);
    expect(await access.invoices()).toHaveLength(invoices);
    await billing.users.deleted(user.id);
    expect(await access.hadTrial()).toBe(false);
  });

  test('a user has a customer in each mode, even if the profile row still names the one of the other', async () => {
    const { database } = town.engine;
    const { config } = town.engine.users!;
    const source = { ...town.engine.source, livemode: true };
    const live = otherBilling(town.engine, { source });
    const [kim, lou] = [await town.newUser(), await town.newUser()];
    const ofTests = [await billing.customers.ensure(kim), await billing.customers.ensure(lou)];
    const made = await live.customers.ensure(kim);
    expect(made).toEqual({ id: expect.not.stringMatching(ofTests[0]!.id) as string, created: true });
    expect(await live.customers.ensure(kim)).toEqual({ id: made.id, created: false });
    expect(await billing.customers.ensure(kim)).toEqual({ id: ofTests[0]!.id, created: false });
    // As every start does for profiles that name a customer already.
    const blanks = await readBlanks(database, config);
    const profiles = createProfiles({ source, mirrorSchema: 'stripe', config, blanks });
    await database.transaction((tx) => profiles.adopt(tx));
    expect(await live.customers.ensure(lou)).toMatchObject({ created: true });
    await database.query(sql`delete from lockstep.links where livemode`);
    await database.query(sql`delete from lockstep.dirty where livemode`);
  });

  test('every key for Stripe is drawn from the given chance, so that a seed decides it', async () => {
    const user = await town.newUser();
    let drawn = 0;
    const chance = { number: () => 0, uuid: () => `${user.username}-${(drawn += 1)}` };
    const keys: string[] = [];
    const { gateway: real } = town.engine;
    const gateway: Gateway = {
      ...real,
      post: (path, parameters, options) => (keys.push(options.idempotencyKey), real.post(path, parameters, options)),
    };
    const seeded = otherBilling(town.engine, { gateway, chance });
    await seeded.customers.ensure(user);
    await seeded.sessions.setup({ user });
    expect(keys).toEqual([`${user.username}-1`, `${user.username}-2`]);
  });

  test('a missing price is not a reason to make a new customer', async () => {
    const user = await town.newUser();
    const { id } = await billing.customers.ensure(user);
    await expect(billing.subscriptions.create({ user, price: 'price_missing' })).rejects.toMatchObject({
      code: 'price_not_found',
    });
    expect((await billing.customers.ensure(user)).id).toBe(id);
  });

  /** Schema `place` with these tables, and the option users for them. */
  const fitted = async (
    place: string,
    script: string,
    more: object = {},
    profile: object = {},
  ): Promise<UsersConfig> => {
    await town.database.script(
      `create schema ${place}; set search_path = ${place}; ${script}; set search_path = public;`,
    );
    const options = v.parse(UsersOptions, {
      ...{ table: `${place}.people`, ...more, profile: { table: `${place}.profiles`, ...profile } },
    });
    const missing = await missingPart(town.database, options);
    if (missing !== undefined) throw Object.assign(new Error(missing.what), missing);
    return fitUsers(town.database, options, silent);
  };
  const IDS = 'stripe_customer_id text, stripe_subscription_id text';
  const PEOPLE = 'create table people (id int primary key, username text, email text, name text)';

  test.each([
    ['of Django', 'first_name text, last_name text, name text', "'Ada', 'Byron', 'x'", 'Ada Byron'],
    ['in one column', 'name text', "'Ada B.'", 'Ada B.'],
    ['under another word', 'full_name text', "'A. B.'", 'A. B.'],
    ['that nobody keeps', 'shoe_size text', "'38'", ''],
  ])('names %s are found without an option', async (what, columns, values, full) => {
    const place = `names_${what.length}`;
    const config = await fitted(
      place,
      `create table people (id int primary key, username text, email text, ${columns}); insert into people values (7, 'ada', 'a@b.c', ${values});
       create table profiles (user_id int primary key, ${IDS})`,
    );
    expect(await createUsers(town.database, config).byUsername('ADA')).toMatchObject({ id: '7', name: full });
  });

  test.each([
    [
      'a name that is not a column',
      `${PEOPLE}; create table profiles (user_id int, ${IDS})`,
      { name: 'u.full_nmae' },
      {},
      'full_nmae',
    ],
    [
      'a name that is not an expression',
      `${PEOPLE}; create table profiles (user_id int, ${IDS})`,
      { name: 'u.name ||' },
      {},
      'syntax',
    ],
    [
      'ids in a number',
      `${PEOPLE}; create table profiles (user_id int, stripe_customer_id int, stripe_subscription_id text)`,
      {},
      {},
      'stripe_customer_id is integer',
    ],
    [
      'ids in a generated column',
      `${PEOPLE}; create table profiles (user_id int, stripe_customer_id text generated always as ('x') stored, stripe_subscription_id text)`,
      {},
      {},
      'cannot be written',
    ],
    [
      'profiles in a view of two tables',
      `${PEOPLE}; create view profiles as select id as user_id, username as stripe_customer_id, email as stripe_subscription_id from people, generate_series(1, 2)`,
      {},
      {},
      'cannot be written',
    ],
    [
      'usernames that are numbers',
      `create table people (id int, username int, email text); create table profiles (user_id int, ${IDS})`,
      {},
      {},
      'lower',
    ],
  ])('%s is refused at the start, with a code and a next step', async (what, script, more, profile, said) => {
    const refused = fitted(`odd_${what.replace(/\W/g, '')}`, script, more, profile);
    await expect(refused).rejects.toMatchObject({
      ...{ code: 'option_invalid', hint: expect.any(String), message: expect.stringContaining(said) },
    });
  });

  test('a table or column that is not there is named, with what was probably meant', async () => {
    const { database } = town;
    const parse = (options: object) => v.parse(UsersOptions, options);
    expect(await missingPart(database, parse({ username: 'usernam' }))).toEqual({
      what: 'users.usernam',
      near: 'username',
    });
    expect(await missingPart(database, parse({ table: 'nowhere.users' }))).toMatchObject({
      what: 'table nowhere.users',
    });
    expect(() => parse({ table: 'a.b.c' })).toThrow('schema.table');
  });

  test('quoted names in mixed case, with dots and spaces, in another schema', async () => {
    const config = await fitted(
      '"The App"',
      `create table people (id int); create table profiles (id int);
       create table "User.s" ("Id" uuid primary key, "Log In" text, "name" text);
       insert into "User.s" values ('1B0E4C5E-7C0A-4E9C-9D57-2F6F0E3F1A02', 'Ada', 'Ada');
       create table "User Profile" ("userId" uuid primary key, "stripeCustomerId" varchar(255) not null, "stripeSubscriptionId" varchar(255) not null)`,
      { table: '"The App"."User.s"', id: 'Id', username: 'Log In', email: null },
      {
        table: 'The App.User Profile',
        userId: 'userId',
        customerId: 'stripeCustomerId',
        subscriptionId: 'stripeSubscriptionId',
      },
    );
    const { database } = town.engine;
    const users = createUsers(database, config);
    const theirs = otherBilling(town.engine, { users });
    // The profile row is made, with what stands for no subscription; every spelling of the id is the same user.
    const spellings = [
      '1b0e4c5e-7c0a-4e9c-9d57-2f6f0e3f1a02',
      '1B0E4C5E-7C0A-4E9C-9D57-2F6F0E3F1A02',
      '{1b0e4c5e7c0a4e9c9d572f6f0e3f1a02}',
    ];
    const made = [];
    for (const id of spellings) made.push(await theirs.customers.ensure({ id }));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(await users.profile(spellings[0]!)).toEqual({ customerId: made[0]!.id, subscriptionId: null });
    await theirs.users.deleted(spellings[1]!);
    expect(await database.query(sql`select 1 from lockstep.links where customer_id = ${made[0]!.id}`)).toEqual([]);
  });

  test.each([
    ['int', '7', ['7', '007', ' 7']],
    ['char(5)', 'ab', ['ab', 'ab   ']],
    ['numeric', '7', ['7', '7.0', '07']],
    ['text', 'Ab', ['Ab']],
  ])(
    'a user with an id of type %s is one user under every spelling that the database takes',
    async (type, id, spellings) => {
      const place = `spelt_${type.replace(/\W/g, '')}`;
      const config = await fitted(
        place,
        `create table people (id ${type} primary key, username text, email text); insert into people values ('${id}', 'max', null);
      create table profiles (user_id ${type} primary key, ${IDS})`,
      );
      const users = createUsers(town.database, config);
      const found = await Promise.all(spellings.map(async (spelling) => (await users.byId(spelling))?.id));
      expect(new Set(found)).toEqual(new Set([id]));
      await town.database.script(`delete from ${place}.people`);
      const known = type === 'numeric' ? [id] : spellings; // 7 and 7.0 are equal, and written differently
      const gone = await Promise.all(known.map((spelling) => users.canonicalId(spelling)));
      expect(new Set(gone)).toEqual(new Set([id]));
      expect(await users.byId('nobody-of-that-name')).toBeUndefined();
    },
  );

  test.each([
    ['needs more', `user_id int primary key, phone text not null, ${IDS}`, '', 'phone is required'],
    ['has a check', `user_id int primary key, ${IDS}, check (stripe_customer_id is null)`, '', 'check constraint'],
    [
      'has a trigger',
      `user_id int primary key, ${IDS}`,
      "create function no() returns trigger language plpgsql as $$ begin raise 'not today'; end $$; create trigger t before insert on profiles execute function no()",
      'not today',
    ],
    [
      'is too narrow',
      `user_id int primary key, stripe_customer_id varchar(5), stripe_subscription_id text`,
      '',
      'too long',
    ],
  ])(
    'a profile table that %s says so with a code and a next step, and the mirror goes on',
    async (what, columns, script, said) => {
      const place = `narrow_${what.replace(/\W/g, '')}`;
      const id = 8_800 + what.length;
      const config = await fitted(
        place,
        `${PEOPLE}; insert into people values (${id}, 'ada', null, 'Ada'); create table profiles (${columns}); ${script}`,
      );
      const { database } = town.engine;
      const users = createUsers(database, config);
      const theirs = otherBilling(town.engine, { users });
      const user = (await users.byUsername('ada'))!;
      await expect(theirs.customers.ensure(user)).rejects.toMatchObject({
        ...{ code: 'profile_refused', hint: expect.any(String), message: expect.stringContaining(said) },
      });
      await database.query(sql`delete from lockstep.links where user_id = ${user.id}`);
    },
  );

  test('what the app’s tables object to holds no proof up, and no other user’s ids', async () => {
    const place = 'objects';
    const config = await fitted(
      place,
      `${PEOPLE}; create table profiles (user_id int primary key, ${IDS}); insert into profiles (user_id) values (901), (902);
      create function no() returns trigger language plpgsql as $$ begin if new.user_id = 901 then raise 'not 901'; end if; return new; end $$;
      create trigger t before update on profiles for each row execute function no()`,
    );
    const { database, source } = town.engine;
    for (const id of ['901', '902']) {
      await database.query(sql`
        insert into lockstep.links (account, livemode, user_id, idempotency_key, parameters, asked_at, customer_id)
        values (${source.account}, false, ${id}, ${id}, '{}', now(), ${`cus_${id}`})`);
    }
    const said: object[] = [];
    const log = { ...silent, warn: (facts: object) => void said.push(facts) };
    const blanks = await readBlanks(database, config);
    const profiles = createProfiles({ source, mirrorSchema: 'stripe', config, blanks, log });
    await database
      .transaction(async (tx) => {
        await profiles.follow(tx, [{ type: 'customer', id: 'cus_901', after: null }]);
        await tx
          .query(sql`insert into lockstep.cursors (account, livemode, name, at) values ('x', false, 'goes on', now())`)
          .catch(() => {});
      })
      .catch(() => {});
    expect(said).toMatchObject([{ event: 'profile.refused', code: 'profile_refused' }]);
    expect(await database.transaction((tx) => profiles.followAll(tx))).toBe(1);
    const users = createUsers(database, config);
    expect([await users.profile('901'), await users.profile('902')]).toMatchObject([
      { customerId: null },
      { customerId: 'cus_902' },
    ]);
    await database.query(sql`delete from lockstep.links where user_id in ('901', '902')`);
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

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { User } from '../../src/billing/users/users.js';
import { embeddedUsers } from '../../src/store/migrate.js';
import { sql } from '../../src/store/sql.js';
import { eventually } from '../support/eventually.js';
import { databases, startWorld, TOKEN, type World } from '../support/world.js';

interface Person {
  username?: string;
  first?: string;
  last?: string;
  email?: string | null;
  /** Default true. */
  hasProfile?: boolean;
}

describe.each(databases)('users and customers on %s', (kind) => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind, prepare: (database) => database.script(embeddedUsers()) });
  });
  afterAll(() => world.stop());

  let made = 0;
  /** A user whom no other test has. */
  const newUser = async (person: Person = {}): Promise<User> => {
    made += 1;
    const username = person.username ?? `user${made}`;
    const { first = 'Full', last = `Name ${made}`, email = `${username}@example.com`, hasProfile = true } = person;
    await world.database.query(sql`
      insert into public.users (username, first_name, last_name, email) values (${username}, ${first}, ${last}, ${email})`);
    const user = (await world.engine.users!.byUsername(username))!;
    if (hasProfile)
      await world.database.query(sql`
        insert into public.user_profiles (user_id) select id from public.users where username = ${username}`);
    return user;
  };
  const create = (username: string, headers: Record<string, string> = { authorization: `Bearer ${TOKEN}` }) =>
    fetch(`${world.service.url}/create-customer/${encodeURIComponent(username)}`, { method: 'POST', headers });
  const profileOf = async ({ id }: User) => {
    const [row] = await world.database.query<{ customer: string | null; subscription: string | null }>(sql`
      select p.stripe_customer_id as customer, p.stripe_subscription_id as subscription
      from public.user_profiles p where p.user_id::text = ${id}`);
    return row;
  };
  const customersOf = async (name: string) =>
    (await world.stripe.customers.list({ limit: 100 })).data.filter((customer) => customer.name === name);
  const subscribe = async (customer: string) => {
    const card = await world.stripe.paymentMethods.attach('pm_card_visa', { customer });
    const price = await world.stripe.prices.create({
      currency: 'usd',
      unit_amount: 900,
      recurring: { interval: 'month' },
      product_data: { name: 'Plan' },
    });
    return world.stripe.subscriptions.create({
      customer,
      items: [{ price: price.id }],
      default_payment_method: card.id,
    });
  };
  test('twenty calls at once make one customer, with the full name, and save its id', async () => {
    const user = await newUser({ username: 'ada', first: 'Ada', last: 'Lovelace' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => create('ADA')));
    const bodies = (await Promise.all(answers.map((answer) => answer.json()))) as { id: string }[];
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const [customer, ...more] = await customersOf('Ada Lovelace');
    expect(more).toEqual([]);
    expect(customer).toMatchObject({ email: 'ada@example.com' });
    expect(new Set(bodies.map(({ id }) => id))).toEqual(new Set([customer?.id]));
    expect(await profileOf(user)).toEqual({ customer: customer?.id, subscription: null });
  });

  /** What a call leaves that dies between the request and the save: a link with its key, and a customer not noted. */
  const leaveUnsaved = async () => {
    const user = await newUser();
    const { id } = await world.engine.billing!.customers.ensure(user);
    await world.database.query(
      sql`update lockstep.links set customer_id = null, linked_at = null where user_id = ${user.id}`,
    );
    await world.database.query(
      sql`update public.user_profiles set stripe_customer_id = null where user_id::text = ${user.id}`,
    );
    return { user, id };
  };

  test('a call that died between the request and the save leaves no second customer behind', async () => {
    const { user, id } = await leaveUnsaved();
    expect(await world.engine.billing!.customers.ensure(user)).toEqual({ id, created: true });
    expect(await customersOf(user.name)).toHaveLength(1);
  });

  test('when Stripe has long forgotten the key of such a call, the metadata finds its customer', async () => {
    const { user, id } = await leaveUnsaved();
    await world.database.query(sql`
      update lockstep.links set asked_at = now() - interval '3 days', idempotency_key = 'forgotten' where user_id = ${user.id}`);
    expect(await world.engine.billing!.customers.ensure(user)).toMatchObject({ id });
    expect(await customersOf(user.name)).toHaveLength(1);
  });

  test('a user without email becomes a customer', async () => {
    const user = await newUser({ username: 'Grace', email: null });
    expect((await create('grace')).status).toBe(200);
    expect(await customersOf(user.name)).toMatchObject([{ email: null }]);
  });

  test('a user whose name has any letters becomes a customer', async () => {
    await newUser({ username: 'zoë', first: 'Zoë', last: 'Çelik 😀' });
    expect((await create('zoë')).status).toBe(200);
    expect(await customersOf('Zoë Çelik 😀')).toHaveLength(1);
  });

  test('a user without a profile row becomes a customer and gets one', async () => {
    const user = await newUser({ hasProfile: false });
    expect((await create(user.username)).status).toBe(200);
    expect((await profileOf(user))?.customer).toMatch(/^cus_/);
  });

  test.each([
    ['nobody', {}, 401, 'unauthorized'],
    ['a wrong token', { authorization: 'Bearer wrong' }, 401, 'unauthorized'],
    ['a user that is not there', { authorization: `Bearer ${TOKEN}` }, 404, 'user_not_found'],
  ])('%s is refused and makes no customer', async (who, headers, status, code) => {
    const { username } = await newUser();
    const before = (await world.stripe.customers.list({ limit: 100 })).data.length;
    const answer = await create(status === 404 ? "no'body; drop table users" : username, headers);
    expect([answer.status, await answer.json()]).toEqual([
      status,
      { error: expect.objectContaining({ code, hint: expect.any(String) }) },
    ]);
    expect((await world.stripe.customers.list({ limit: 100 })).data.length, who).toBe(before);
  });

  test('the newest subscription that has not ended is on the profile, wherever it was made', async () => {
    const user = await newUser();
    const { id: customer } = await world.engine.billing!.customers.ensure(user);
    const subscriptionIs = (id: string | null, what: string) =>
      eventually(async () => (await profileOf(user))?.subscription === id, what);
    const first = await subscribe(customer);
    await subscriptionIs(first.id, 'the subscription is on the profile');
    world.tick();
    const second = await subscribe(customer);
    await subscriptionIs(second.id, 'the newer one replaces it');
    await world.stripe.subscriptions.cancel(first.id);
    await world.rest();
    expect((await profileOf(user))?.subscription).toBe(second.id);
    await world.stripe.subscriptions.cancel(second.id);
    await subscriptionIs(null, 'nothing is left on the profile');
    expect((await profileOf(user))?.customer).toBe(customer);
    const rows = await world.database.query(
      sql`select status from stripe.subscriptions where customer = ${customer} and not deleted`,
    );
    expect(rows).toEqual([{ status: 'canceled' }, { status: 'canceled' }]);
  });

  /** A user whose subscription is on the profile. */
  const subscribedUser = async () => {
    const user = await newUser();
    const { id: customer } = await world.engine.billing!.customers.ensure(user);
    const { id } = await subscribe(customer);
    await eventually(async () => (await profileOf(user))?.subscription === id, 'the subscription is on the profile');
    await world.rest();
    return { user, id };
  };

  test('a sweep finds the lost end of a subscription', async () => {
    const { user, id } = await subscribedUser();
    await world.unheard(id, () => world.stripe.subscriptions.cancel(id));
    expect((await world.engine.sweep(['subscription'])).found).toBe(1);
    await eventually(async () => (await profileOf(user))?.subscription === null, 'the id is gone');
  });

  test('a sweep corrects an id that the app wrote over', async () => {
    const { user, id } = await subscribedUser();
    await world.database.query(
      sql`update public.user_profiles set stripe_subscription_id = 'sub_other' where user_id::text = ${user.id}`,
    );
    expect((await world.engine.sweep(['subscription'])).found).toBe(1);
    expect((await profileOf(user))?.subscription).toBe(id);
  });

  test('a customer deleted in the Dashboard blanks both ids, and the next call makes a new one', async () => {
    const user = await newUser();
    const { id: deleted } = await world.engine.billing!.customers.ensure(user);
    await world.rest();
    await world.stripe.customers.del(deleted);
    await eventually(async () => (await profileOf(user))?.customer === null, 'the customer is off the profile');
    const { id } = (await (await create(user.username)).json()) as { id: string };
    expect(id).not.toBe(deleted);
    expect(await profileOf(user)).toEqual({ customer: id, subscription: null });
  });

  const elementsPrice = () =>
    world.stripe.prices.create({
      currency: 'usd',
      unit_amount: 900,
      recurring: { interval: 'month' },
      product_data: { name: 'Elements' },
    });

  test('a subscription to be paid gives a client secret, and is in the mirror at once', async () => {
    const { subscriptions } = world.engine.billing!;
    const [user, price] = [await newUser(), await elementsPrice()];
    const created = await subscriptions.create({ user, price: price.id });
    expect(created).toMatchObject({
      status: 'incomplete',
      kind: 'payment',
      clientSecret: expect.stringMatching(/^pi_\w+_secret_/),
    });
    expect(
      await world.database.query(
        sql`select status, proven_at is not null as proven from stripe.subscriptions where id = ${created.id}`,
      ),
    ).toEqual([{ status: 'incomplete', proven: true }]);
  });

  test('a subscription to be paid is taken up again by the same request, and not by one for a trial', async () => {
    const { subscriptions } = world.engine.billing!;
    const [user, price] = [await newUser(), await elementsPrice()];
    const created = await subscriptions.create({ user, price: price.id });
    expect(await subscriptions.create({ user, price: price.id })).toEqual(created);
    const trial = await subscriptions.create({ user, price: price.id, trialDays: 7 });
    expect(trial.id).not.toBe(created.id);
    expect(trial).toMatchObject({
      status: 'trialing',
      kind: 'setup',
      clientSecret: expect.stringMatching(/^seti_\w+_secret_/),
    });
  });

  test('a price that is not there is named in the error', async () => {
    const { subscriptions } = world.engine.billing!;
    await expect(subscriptions.create({ user: await newUser(), price: 'price_missing' })).rejects.toMatchObject({
      code: 'price_not_found',
      message: expect.stringContaining('price_missing'),
      hint: expect.any(String),
    });
  });
});

test("on a profile table whose columns are not null the absent id is '', also for ids that were there before", async () => {
  const world = await startWorld({
    kind: 'PGlite',
    prepare: (database) =>
      database.script(`
        create table public.auth_user (id int primary key, username varchar(150) not null, first_name text not null, last_name text not null, email text not null);
        create table public.accounts_userprofile (id serial primary key, user_id int not null unique, stripe_customer_id varchar(120) not null default '', stripe_subscription_id varchar(120) not null default '');
        insert into public.auth_user values (7, 'dj', 'Django', 'R', 'dj@example.com');
        insert into public.accounts_userprofile (user_id) values (7);`),
    options: { users: { table: 'auth_user', profile: { table: 'accounts_userprofile' } } },
  });
  const profile = () =>
    world.database.query(sql`select stripe_customer_id, stripe_subscription_id from public.accounts_userprofile`);
  const user = (await world.engine.users!.byId('7'))!;
  const { id } = await world.engine.billing!.customers.ensure(user);
  expect(await profile()).toEqual([{ stripe_customer_id: id, stripe_subscription_id: '' }]);
  await world.stripe.customers.del(id);
  await eventually(
    async () => ((await profile())[0] as { stripe_customer_id: string }).stripe_customer_id === '',
    'both are blank',
  );
  expect(await profile()).toEqual([{ stripe_customer_id: '', stripe_subscription_id: '' }]);
  await world.stop();
}, 120_000);

test('tables of any names, in a schema of the app, without e-mails, with a name that SQL makes, and no column for subscriptions', async () => {
  const world = await startWorld({
    kind: 'PGlite',
    prepare: (database) =>
      database.script(`
        create schema "App";
        create table "App".members (key text primary key, login text not null, title text, called text);
        create table "App"."Billing" (member text references "App".members, "customerId" text);
        insert into "App".members values ('m-1', 'Ana', 'Dr', 'Ana Muñoz');
        insert into "App"."Billing" values ('m-1', null)`),
    options: {
      users: {
        ...{
          table: 'App.members',
          id: 'key',
          username: 'login',
          email: null,
          name: `concat_ws(' ', u.title, u.called)`,
        },
        profile: { table: 'App.Billing', userId: 'member', customerId: 'customerId', subscriptionId: null },
      },
    },
  });
  const users = world.engine.users!;
  const { customers, subscriptions } = world.engine.billing!;
  const user = (await users.byUsername('ana'))!;
  expect(user).toEqual({ id: 'm-1', username: 'Ana', name: 'Dr Ana Muñoz', email: null });
  const { id } = await customers.ensure(user);
  expect(await world.stripe.customers.retrieve(id)).toMatchObject({ name: 'Dr Ana Muñoz', email: null });
  const profile = () => world.database.query(sql`select "customerId" as customer from "App"."Billing"`);
  expect(await profile()).toEqual([{ customer: id }]);
  const { id: product } = await world.stripe.products.create({ name: 'Pro' });
  const price = { product, currency: 'usd', unit_amount: 900, recurring: { interval: 'month' as const } };
  await subscriptions.create({ user, price: (await world.stripe.prices.create(price)).id });
  expect(await users.profile('m-1')).toEqual({ customerId: id, subscriptionId: null });
  await world.stripe.customers.del(id);
  await eventually(async () => (await profile())[0]?.['customer'] === null, 'the customer is off the profile');
  await world.stop();
}, 120_000);

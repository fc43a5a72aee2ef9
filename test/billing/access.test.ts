import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessOf } from '../../src/billing/access/access.js';
import type { Billing } from '../../src/billing/billing.js';
import { systemChance } from '../../src/kernel/chance.js';
import type { Database } from '../../src/store/database.js';
import { sql, type Sql } from '../../src/store/sql.js';
import { eventually } from '../support/eventually.js';
import { databases } from '../support/world.js';
import { startTown, type Town } from './people.js';

describe.each(databases)('what a user has, on %s', (kind) => {
  let town: Town;
  let billing: Billing;
  beforeAll(async () => {
    town = await startTown(kind);
    billing = town.billing;
  });
  afterAll(() => town.stop());

  const subscribe = async (customer: string, prices: readonly string[], more: object = {}) => {
    const made = await town.stripe.subscriptions.create({
      customer,
      items: prices.map((price) => ({ price })),
      ...more,
    });
    await billing.settled(customer);
    return made;
  };

  test('a user has nothing before there is a customer', async () => {
    const access = await billing.for(await town.newUser());
    expect(await access.subscription()).toBeNull();
    expect(await access.isSubscribed()).toBe(false);
    expect(await access.has('sso')).toBe(false);
    expect(await access.entitlements()).toEqual([]);
    expect(await access.invoices()).toEqual([]);
    expect(await access.renewals()).toEqual([]);
    expect(await access.upcomingInvoice()).toBeNull();
    const refused = { code: 'request_invalid', hint: expect.any(String) };
    await expect(access.invoices({ limit: NaN })).rejects.toMatchObject(refused);
    await expect(access.invoices({ before: new Date('soon') })).rejects.toMatchObject(refused);
    await expect(access.has('\0')).rejects.toMatchObject(refused);
    await expect(access.isSubscribed({ group: '\0' })).rejects.toMatchObject(refused);
  });

  test('a subscription is found by its product, its price and its group, and by all of them of one item', async () => {
    const pro = await town.price(900);
    const seats = await town.price(300, { name: 'Seats', group: 'addons' });
    const other = await town.price(100, { name: 'Other' });
    const user = await town.newUser();
    const { id } = await subscribe(await town.customer(user), [pro.id, seats.id]);
    const access = await billing.for(user);
    // The group is on the product, whose own event may come after the subscription is settled.
    await eventually(() => access.isSubscribed({ group: 'addons' }), 'the product is in the mirror');
    expect(await access.isSubscribed()).toBe(true);
    expect(await access.isSubscribed({ price: pro.id })).toBe(true);
    expect(await access.isSubscribed({ product: seats.product as string })).toBe(true);
    expect(await access.isSubscribed({ group: 'default' })).toBe(true);
    expect(await access.isSubscribed({ group: 'addons', price: seats.id })).toBe(true);
    expect(await access.isSubscribed({ price: other.id })).toBe(false);
    expect(await access.isSubscribed({ group: 'addons', price: pro.id })).toBe(false);
    expect(await access.subscription({ price: other.id })).toBeNull();
    const state = await access.subscription({ price: pro.id });
    expect(state).toMatchObject({
      ...{
        id,
        status: 'active',
        access: true,
        onTrial: false,
        willEnd: false,
        ended: false,
        endsAt: null,
        proven: true,
      },
      ...{ collectionPaused: null, currentPeriodEnd: expect.any(Date), created: expect.any(Date) },
    });
    expect(state?.items.map(({ price, group, quantity }) => [price, group, quantity]).sort()).toEqual(
      [
        [pro.id, 'default', 1],
        [seats.id, 'addons', 1],
      ].sort(),
    );
    expect(await (await billing.for(await town.newUser())).isSubscribed()).toBe(false);
  });

  test('a subscription that is cancelled for later gives access until it ends', async () => {
    const user = await town.newUser();
    const { id } = await subscribe(await town.customer(user), [(await town.price(900)).id]);
    const access = await billing.for(user);
    const end = Math.floor(Date.now() / 1_000) + 86_400;
    await town.stripe.subscriptions.update(id, { cancel_at: end });
    await eventually(() => access.willEnd(), 'the end to come is known');
    expect(await access.isSubscribed()).toBe(true);
    expect(await access.onGracePeriod()).toBe(true);
    expect((await access.subscription())?.endsAt).toEqual(new Date(end * 1_000));
    await town.stripe.subscriptions.update(id, { cancel_at: '' });
    await eventually(async () => !(await access.willEnd()), 'it was taken back');

    await town.stripe.subscriptions.update(id, { cancel_at_period_end: true });
    await eventually(() => access.willEnd(), 'the other kind of end is known as well');
    const state = await access.subscription();
    expect(state?.endsAt).toEqual(state?.currentPeriodEnd);

    await town.stripe.subscriptions.cancel(id);
    await eventually(async () => !(await access.isSubscribed()), 'access is over');
    expect(await access.onGracePeriod()).toBe(false);
    expect(await access.willEnd()).toBe(false);
    expect(await access.subscription()).toMatchObject({ id, ended: true, access: false, endsAt: expect.any(Date) });
  });

  /** A user whose trial has ended without a card, so that the first payment failed. */
  const unpaidAfterTrial = async () => {
    const { clock, user } = await town.onClock();
    const { id: customer } = await billing.customers.ensure(user); // adopts the customer that the profile names
    const price = await town.price(700, { name: 'Trial' });
    await subscribe(customer, [price.id], { trial_period_days: 7 });
    await town.stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: clock.frozen_time + 8 * 86_400 });
    const access = await billing.for(user);
    await eventually(() => access.pastDue(), 'the payment failed');
    return { user, price, access };
  };

  test('a trial gives access', async () => {
    const user = await town.newUser();
    const price = await town.price(700, { name: 'Trial' });
    await subscribe(await town.customer(user), [price.id], { trial_period_days: 7 });
    const access = await billing.for(user);
    expect(await access.onTrial({ price: price.id })).toBe(true);
    expect(await access.isSubscribed()).toBe(true);
    expect(await access.subscription()).toMatchObject({ onTrial: true, trialEnd: expect.any(Date) });
  });

  test('a trial that has ended is remembered, for its own price alone', async () => {
    const { price, access } = await unpaidAfterTrial();
    expect(await access.onTrial()).toBe(false);
    expect([await access.hadTrial(), await access.hadTrial({ price: price.id })]).toEqual([true, true]);
    expect(await access.hadTrial({ price: 'price_other' })).toBe(false);
    expect(await (await billing.for(await town.newUser())).hadTrial()).toBe(false);
  });

  test('a failed payment keeps access while Stripe tries again, unless the app decides otherwise', async () => {
    const { user, access } = await unpaidAfterTrial();
    expect(await access.isSubscribed()).toBe(true);
    const { database, gateway, source } = town.engine;
    const strict = accessOf(user, { database, gateway, source, chance: systemChance, pastDueKeepsAccess: false });
    expect(await strict.isSubscribed()).toBe(false);
    expect(await strict.subscription()).toMatchObject({ status: 'past_due', access: false });
  });

  test('a renewal is known with its price, unless the subscription ends before, is paused, or depends on usage', async () => {
    const user = await town.newUser();
    const customer = await town.customer(user);
    const [plan, seats, yearly] = await Promise.all([
      town.price(900, { name: 'Plan' }),
      town.price(300, { name: 'Seat' }),
      town.price(9_000, { name: 'Yearly', interval: 'year' }),
    ]);
    const items = [{ price: plan.id }, { price: seats.id, quantity: 3 }];
    const { id } = await subscribe(customer, [], { items });
    const { id: later } = await subscribe(customer, [yearly.id]);
    const access = await billing.for(user);
    const [first, second, ...more] = await access.renewals();
    expect(more).toEqual([]);
    const state = await access.subscription({ price: plan.id });
    expect(first).toEqual({ subscription: id, at: state?.currentPeriodEnd, currency: 'usd', amount: 1_800 });
    expect(second).toMatchObject({ subscription: later, amount: 9_000 });
    expect((await access.upcomingInvoice({ price: plan.id }))?.amountDue).toBe(1_800);
    expect(await access.renewals({ price: yearly.id })).toEqual([second]);

    await town.stripe.subscriptions.update(later, { cancel_at_period_end: true });
    await town.stripe.subscriptions.update(id, { cancel_at: Math.floor(Date.now() / 1_000) + 400 * 86_400 });
    await eventually(async () => (await access.renewals()).length === 1, 'one ends and does not renew');
    expect(await access.renewals()).toEqual([first]); // the other renews until its end
    await town.stripe.subscriptions.update(id, { pause_collection: { behavior: 'void' } });
    await eventually(async () => (await access.renewals()).length === 0, 'nothing is collected');
    await town.stripe.subscriptions.update(id, { pause_collection: '' });
    const tiers = [{ up_to: 'inf', unit_amount: 100 }] as const;
    const tiered = await town.stripe.prices.create({
      ...{ currency: 'usd', billing_scheme: 'tiered', tiers_mode: 'volume', tiers: [...tiers] },
      ...{ recurring: { interval: 'month' }, product_data: { name: 'Tiered' } },
    });
    await town.stripe.subscriptionItems.create({ subscription: id, price: tiered.id });
    await eventually(async () => (await access.renewals())[0]?.amount === null, 'what tiers cost is asked of Stripe');
  });

  test('features come from entitlements', async () => {
    const price = await town.price(1_900, { name: 'Team' });
    const sso = await town.stripe.entitlements.features.create({ name: 'SSO', lookup_key: 'sso' });
    await town.stripe.products.createFeature(price.product as string, { entitlement_feature: sso.id });
    const user = await town.newUser();
    const { id } = await subscribe(await town.customer(user), [price.id]);
    const access = await billing.for(user);
    await eventually(() => access.has('sso'), 'the feature is there');
    expect(await access.entitlements()).toEqual([{ id: expect.any(String), lookupKey: 'sso', feature: sso.id }]);
    expect(await access.has('audit-log')).toBe(false);
    await town.stripe.subscriptions.cancel(id);
    await eventually(async () => !(await access.has('sso')), 'the feature is gone');
  });

  /** A user with a paid invoice and a draft. */
  const withInvoices = async () => {
    const user = await town.newUser();
    const customer = await town.customer(user);
    const { id } = await subscribe(customer, [(await town.price(2_500)).id]);
    const draft = await town.stripe.invoices.create({ customer });
    await eventually(
      async () => (await town.database.query(sql`select 1 from stripe.invoices where id = ${draft.id}`)).length > 0,
      'the draft is in the mirror',
    );
    return { user, subscription: id };
  };

  test('invoices come with their PDF, without drafts', async () => {
    const { user, subscription } = await withInvoices();
    const access = await billing.for(user);
    expect(await access.invoices()).toEqual([
      expect.objectContaining({
        status: 'paid',
        currency: 'usd',
        total: 2_500,
        amountPaid: 2_500,
        amountRemaining: 0,
        subscription,
        number: expect.any(String),
        pdfUrl: expect.stringMatching(/^http/),
        hostedUrl: expect.stringMatching(/^http/),
      }),
    ]);
    expect(await access.invoices({ before: new Date(0) })).toEqual([]);
  });

  test('the next invoice is asked of Stripe', async () => {
    const user = await town.newUser();
    await subscribe(await town.customer(user), [(await town.price(2_500)).id]);
    const upcoming = await (await billing.for(user)).upcomingInvoice();
    expect(upcoming).toMatchObject({ currency: 'usd', total: 2_500, lines: [{ amount: 2_500, proration: false }] });
  });

  test('each answer is one query, that reads no table from end to end', async () => {
    const { database, gateway, source } = town.engine;
    const asked: Sql[] = [];
    const query: Database['query'] = (statement) => (asked.push(statement), database.query(statement));
    const options = {
      database: { ...database, query },
      gateway,
      source,
      chance: systemChance,
      pastDueKeepsAccess: true,
    };
    const access = accessOf(await town.newUser(), options);
    const which = { product: 'prod_1', price: 'price_1', group: 'default' };
    const names = [
      ...([
        'subscription',
        'subscriptions',
        'isSubscribed',
        'onTrial',
        'hadTrial',
        'onGracePeriod',
        'willEnd',
        'pastDue',
        'renewals',
      ] as const),
    ];
    const calls = names.flatMap((name) => [() => access[name](), () => access[name](which)]);
    for (const call of [...calls, () => access.entitlements(), () => access.has('sso'), () => access.invoices()]) {
      asked.length = 0;
      await call();
      expect(asked).toHaveLength(1);
      const plan = await database.transaction(async (tx) => {
        await tx.script('set local enable_seqscan = off'); // the tables are small here: what then still scans has no index
        return tx.query<Record<string, string>>(sql`explain ${asked[0]!}`);
      });
      expect(plan.map((line) => line['QUERY PLAN']).join('\n')).not.toMatch(/Seq Scan/);
    }
  });

  test('the views say the same to SQL', async () => {
    const { user } = await withInvoices();
    expect(
      await town.database.query(sql`
        select status, access, on_trial, past_due, will_end, on_grace_period, ended, ends_at from lockstep.user_subscriptions
        where user_id = ${user.id}`),
    ).toEqual([
      {
        ...{
          status: 'active',
          access: true,
          on_trial: false,
          past_due: false,
          will_end: false,
          on_grace_period: false,
        },
        ...{ ended: false, ends_at: null },
      },
    ]);
    const [item] = await town.database.query(sql`
      select product_group, quantity from lockstep.user_subscription_items where user_id = ${user.id}`);
    expect(item).toEqual({ product_group: 'default', quantity: 1 });
    const invoices = await town.database.query(
      sql`select status from lockstep.user_invoices where user_id = ${user.id} order by status`,
    );
    expect(invoices).toEqual([{ status: 'draft' }, { status: 'paid' }]);
  });
});

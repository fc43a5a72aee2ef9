import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessOf, type Access } from '../../src/billing/access/access.js';
import { systemChance } from '../../src/kernel/chance.js';
import type { Database } from '../../src/store/database.js';
import { sql, type Sql } from '../../src/store/sql.js';
import { eventually } from '../support/eventually.js';
import { databases } from '../support/world.js';
import { startTown, type Town } from './people.js';

describe.each(databases)('what a user has, on %s', (kind) => {
  let town: Town;
  beforeAll(async () => {
    town = await startTown(kind, ['ada', 'grace', 'kim', 'rose', 'tess', 'nobody']);
  });
  afterAll(() => town.stop());

  const access = async (username: string): Promise<Access> => town.engine.billing!.for(await town.user(username));
  const subscribe = async (customer: string, prices: readonly string[], more: object = {}) => {
    const made = await town.stripe.subscriptions.create({
      customer,
      items: prices.map((price) => ({ price })),
      ...more,
    });
    await town.engine.billing!.settled(customer);
    return made;
  };

  test('nobody has anything before there is a customer', async () => {
    const his = await access('nobody');
    expect(await his.subscription()).toBeNull();
    expect(await his.isSubscribed()).toBe(false);
    expect(await his.has('sso')).toBe(false);
    expect(await his.entitlements()).toEqual([]);
    expect(await his.invoices()).toEqual([]);
    expect(await his.renewals()).toEqual([]);
    expect(await his.upcomingInvoice()).toBeNull();
    const refused = { code: 'request_invalid', hint: expect.any(String) };
    await expect(his.invoices({ limit: NaN })).rejects.toMatchObject(refused);
    await expect(his.invoices({ before: new Date('soon') })).rejects.toMatchObject(refused);
    await expect(his.has('\0')).rejects.toMatchObject(refused);
    await expect(his.isSubscribed({ group: '\0' })).rejects.toMatchObject(refused);
  });

  test('a subscription is found by its product, its price and its group, and by all of them of one item', async () => {
    const pro = await town.price(900);
    const seats = await town.price(300, { name: 'Seats', group: 'addons' });
    const other = await town.price(100, { name: 'Other' });
    const { id } = await subscribe(await town.customer('ada'), [pro.id, seats.id]);
    const hers = await access('ada');
    expect(await hers.isSubscribed()).toBe(true);
    expect(await hers.isSubscribed({ price: pro.id })).toBe(true);
    expect(await hers.isSubscribed({ product: seats.product as string })).toBe(true);
    expect(await hers.isSubscribed({ group: 'default' })).toBe(true);
    expect(await hers.isSubscribed({ group: 'addons', price: seats.id })).toBe(true);
    expect(await hers.isSubscribed({ price: other.id })).toBe(false);
    expect(await hers.isSubscribed({ group: 'addons', price: pro.id })).toBe(false);
    expect(await hers.subscription({ price: other.id })).toBeNull();
    const state = await hers.subscription({ price: pro.id });
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
    expect(await (await access('grace')).isSubscribed()).toBe(false);
  });

  test('one cancelled for later, as flexible billing does it, goes on until then, and takes access away when it ends', async () => {
    const hers = await access('ada');
    const { id } = (await hers.subscription())!;
    const end = Math.floor(Date.now() / 1_000) + 86_400;
    await town.stripe.subscriptions.update(id, { cancel_at: end });
    await eventually(() => hers.willEnd(), 'the end to come is known');
    expect(await hers.isSubscribed()).toBe(true);
    expect(await hers.onGracePeriod()).toBe(true);
    expect((await hers.subscription())?.endsAt).toEqual(new Date(end * 1_000));
    await town.stripe.subscriptions.update(id, { cancel_at: '' });
    await eventually(async () => !(await hers.willEnd()), 'it was taken back');

    await town.stripe.subscriptions.update(id, { cancel_at_period_end: true });
    await eventually(() => hers.willEnd(), 'the other kind of end is known as well');
    const state = await hers.subscription();
    expect(state?.endsAt).toEqual(state?.currentPeriodEnd);

    await town.stripe.subscriptions.cancel(id);
    await eventually(async () => !(await hers.isSubscribed()), 'access is over');
    expect(await hers.onGracePeriod()).toBe(false);
    expect(await hers.willEnd()).toBe(false);
    expect(await hers.subscription()).toMatchObject({ id, ended: true, access: false, endsAt: expect.any(Date) });
  });

  test('a trial gives access; its unpaid end keeps it while Stripe tries again, unless the app decides otherwise', async () => {
    const clock = await town.stripe.testHelpers.testClocks.create({ frozen_time: Math.floor(Date.now() / 1_000) });
    const { id: customer } = await town.stripe.customers.create({ test_clock: clock.id });
    const user = await town.user('tess');
    await town.database.query(sql`
      update public.user_profiles set stripe_customer_id = ${customer} where user_id::text = ${user.id}`);
    await town.engine.billing!.customers.ensure(user); // adopts the customer that the profile names
    const price = await town.price(700, { name: 'Trial' });
    await subscribe(customer, [price.id], { trial_period_days: 7 });
    const hers = await access('tess');
    expect(await hers.onTrial({ price: price.id })).toBe(true);
    expect(await hers.isSubscribed()).toBe(true);
    expect(await hers.subscription()).toMatchObject({ onTrial: true, trialEnd: expect.any(Date) });
    await town.stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: clock.frozen_time + 8 * 86_400 });
    await eventually(() => hers.pastDue(), 'the payment failed');
    expect(await hers.onTrial()).toBe(false);
    expect([await hers.hadTrial(), await hers.hadTrial({ price: price.id })]).toEqual([true, true]);
    expect([await hers.hadTrial({ price: 'price_other' }), await (await access('kim')).hadTrial()]).toEqual([
      false,
      false,
    ]);
    expect(await hers.isSubscribed()).toBe(true);
    const { database, gateway, source } = town.engine;
    const strict = accessOf(user, { database, gateway, source, chance: systemChance, pastDueKeepsAccess: false });
    expect(await strict.isSubscribed()).toBe(false);
    expect(await strict.subscription()).toMatchObject({ status: 'past_due', access: false });
  });

  test('a renewal is known with its price, unless the subscription ends before, is paused, or depends on usage', async () => {
    const customer = await town.customer('rose');
    const [plan, seats, yearly] = await Promise.all([
      town.price(900, { name: 'Plan' }),
      town.price(300, { name: 'Seat' }),
      town.price(9_000, { name: 'Yearly', interval: 'year' }),
    ]);
    const items = [{ price: plan.id }, { price: seats.id, quantity: 3 }];
    const { id } = await subscribe(customer, [], { items });
    const { id: later } = await subscribe(customer, [yearly.id]);
    const hers = await access('rose');
    const [first, second, ...more] = await hers.renewals();
    expect(more).toEqual([]);
    const state = await hers.subscription({ price: plan.id });
    expect(first).toEqual({ subscription: id, at: state?.currentPeriodEnd, currency: 'usd', amount: 1_800 });
    expect(second).toMatchObject({ subscription: later, amount: 9_000 });
    expect((await hers.upcomingInvoice({ price: plan.id }))?.amountDue).toBe(1_800);
    expect(await hers.renewals({ price: yearly.id })).toEqual([second]);

    await town.stripe.subscriptions.update(later, { cancel_at_period_end: true });
    await town.stripe.subscriptions.update(id, { cancel_at: Math.floor(Date.now() / 1_000) + 400 * 86_400 });
    await eventually(async () => (await hers.renewals()).length === 1, 'one ends and does not renew');
    expect(await hers.renewals()).toEqual([first]); // the other renews until its end
    await town.stripe.subscriptions.update(id, { pause_collection: { behavior: 'void' } });
    await eventually(async () => (await hers.renewals()).length === 0, 'nothing is collected');
    await town.stripe.subscriptions.update(id, { pause_collection: '' });
    const tiers = [{ up_to: 'inf', unit_amount: 100 }] as const;
    const tiered = await town.stripe.prices.create({
      ...{ currency: 'usd', billing_scheme: 'tiered', tiers_mode: 'volume', tiers: [...tiers] },
      ...{ recurring: { interval: 'month' }, product_data: { name: 'Tiered' } },
    });
    await town.stripe.subscriptionItems.create({ subscription: id, price: tiered.id });
    await eventually(async () => (await hers.renewals())[0]?.amount === null, 'what tiers cost is asked of Stripe');
  });

  test('features come from entitlements', async () => {
    const price = await town.price(1_900, { name: 'Team' });
    const sso = await town.stripe.entitlements.features.create({ name: 'SSO', lookup_key: 'sso' });
    await town.stripe.products.createFeature(price.product as string, { entitlement_feature: sso.id });
    const { id } = await subscribe(await town.customer('grace'), [price.id]);
    const hers = await access('grace');
    await eventually(() => hers.has('sso'), 'the feature is there');
    expect(await hers.entitlements()).toEqual([{ id: expect.any(String), lookupKey: 'sso', feature: sso.id }]);
    expect(await hers.has('audit-log')).toBe(false);
    await town.stripe.subscriptions.cancel(id);
    await eventually(async () => !(await hers.has('sso')), 'the feature is gone');
  });

  test('invoices come with their PDF, without drafts; the next one is asked of Stripe', async () => {
    const customer = await town.customer('kim');
    const price = await town.price(2_500, { name: 'Kim' });
    const { id } = await subscribe(customer, [price.id]);
    const draft = await town.stripe.invoices.create({ customer });
    await eventually(
      async () => (await town.database.query(sql`select 1 from stripe.invoices where id = ${draft.id}`)).length > 0,
      'the draft is in the mirror',
    );
    const hers = await access('kim');
    expect(await hers.invoices()).toEqual([
      expect.objectContaining({
        ...{ status: 'paid', currency: 'usd', total: 2_500, amountPaid: 2_500, amountRemaining: 0, subscription: id },
        ...{
          number: expect.any(String),
          pdfUrl: expect.stringMatching(/^http/),
          hostedUrl: expect.stringMatching(/^http/),
        },
      }),
    ]);
    expect(await hers.invoices({ before: new Date(0) })).toEqual([]);
    expect(await hers.upcomingInvoice()).toMatchObject({ currency: 'usd', total: 2_500, lines: [{ amount: 2_500 }] });
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
    const his = accessOf(await town.user('kim'), options);
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
    const calls = names.flatMap((name) => [() => his[name](), () => his[name](which)]);
    for (const call of [...calls, () => his.entitlements(), () => his.has('sso'), () => his.invoices()]) {
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
    const user = await town.user('kim');
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

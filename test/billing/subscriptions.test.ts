import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Billing } from '../../src/billing/billing.js';
import { sql } from '../../src/store/sql.js';
import type { Gateway } from '../../src/stripe/gateway.js';
import { eventually } from '../support/eventually.js';
import { databases } from '../support/world.js';
import { otherBilling, startTown, type Town } from './people.js';

const people = [
  'ada',
  'bob',
  'cy',
  'dee',
  'eve',
  'flo',
  'gus',
  'hal',
  'ivy',
  'joe',
  'kay',
  'lou',
  'mia',
  'ned',
  'oz',
  'pam',
  'quin',
  'ray',
  'sue',
  'tim',
  'uma',
  'vic',
  'wes',
  'xia',
  'yan',
];

describe.each(databases)('subscriptions on %s', (kind) => {
  let town: Town;
  let billing: Billing;
  beforeAll(async () => {
    town = await startTown(kind, people, { billing: { returnOrigins: ['https://app.example.com'] } });
    billing = town.engine.billing!;
  });
  afterAll(() => town.stop());

  const stateOf = async (username: string) => (await (await billing.for(await town.user(username))).subscription())!;
  /** With a card on file the first invoice of `create` is paid at once by the test, as Elements would. */
  const pay = async (id: string) => {
    const { latest_invoice } = await town.stripe.subscriptions.retrieve(id);
    await town.stripe.invoices.pay(latest_invoice as string);
    await billing.settled((await town.stripe.subscriptions.retrieve(id)).customer as string);
  };
  const subscribed = async (username: string, price: string): Promise<string> => {
    await town.customer(username);
    const { id } = await billing.subscriptions.create({ user: await town.user(username), price });
    await pay(id);
    return id;
  };
  const atStripe = async (username: string) => {
    const { id } = await billing.customers.ensure(await town.user(username));
    return (await town.stripe.subscriptions.list({ customer: id, status: 'all' })).data;
  };

  /** The user's customer lives by a clock of its own. */
  const onClock = async (username: string) => {
    const clock = await town.stripe.testHelpers.testClocks.create({ frozen_time: Math.floor(Date.now() / 1_000) });
    const { id: customer } = await town.stripe.customers.create({ test_clock: clock.id });
    const user = await town.user(username);
    await town.database.query(sql`
      update public.user_profiles set stripe_customer_id = ${customer} where user_id::text = ${user.id}`);
    return { clock, user };
  };

  test.concurrent('clicks at once make one subscription, and the select after the call finds it', async () => {
    const price = await town.price(900);
    const user = await town.user('ada');
    const made = await Promise.all(
      Array.from({ length: 8 }, () => billing.subscriptions.create({ user, price: price.id })),
    );
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(await atStripe('ada')).toHaveLength(1);
    expect(
      await town.database.query(sql`select status, proven_at is not null as proven from stripe.subscriptions
        where id = ${made[0]!.id}`),
    ).toEqual([{ status: 'incomplete', proven: true }]);
  });

  test.concurrent(
    'another plan of the group ends the one left unpaid; a paid one is in the way, unless several are allowed',
    async () => {
      const [basic, pro, extra] = [
        await town.price(500),
        await town.price(900),
        await town.price(100, { group: 'extra' }),
      ];
      const user = await town.user('bob');
      await town.customer('bob');
      const first = await billing.subscriptions.create({ user, price: basic.id });
      const second = await billing.subscriptions.create({ user, price: pro.id });
      const left = (await atStripe('bob')).filter(({ status }) => status === 'incomplete');
      expect(left.map(({ id }) => id)).toEqual([second.id]);
      expect(first.id).not.toBe(second.id);
      await pay(second.id);
      await expect(billing.subscriptions.create({ user, price: basic.id })).rejects.toMatchObject({
        code: 'already_subscribed',
        hint: expect.any(String),
        facts: { subscription: second.id },
      });
      expect((await billing.subscriptions.create({ user, price: extra.id })).status).toBe('incomplete');
      expect((await billing.subscriptions.create({ user, price: basic.id, several: true })).status).toBe('incomplete');
    },
  );

  test.concurrent('what is paid at the very moment when another plan is chosen stays', async () => {
    const [basic, pro] = [await town.price(500), await town.price(900)];
    await town.customer('oz');
    const user = await town.user('oz');
    const first = await billing.subscriptions.create({ user, price: basic.id });
    const { engine } = town;
    const gateway: Gateway = {
      ...engine.gateway,
      async post(path, ...more) {
        const invoice = /^\/v1\/invoices\/(\w+)\/void$/.exec(path)?.[1];
        if (invoice !== undefined) await town.stripe.invoices.pay(invoice);
        return engine.gateway.post(path, ...more);
      },
    };
    await expect(
      otherBilling(town.engine, { gateway }).subscriptions.create({ user, price: pro.id }),
    ).rejects.toMatchObject({
      code: 'already_subscribed',
      facts: { subscription: first.id },
    });
    expect((await town.stripe.subscriptions.retrieve(first.id)).status).toBe('active');
  });

  test.concurrent(
    'asked again with the same key it is the same subscription, also once it is paid; with other wishes it is refused',
    async () => {
      const [price, other] = [await town.price(500), await town.price(700)];
      const user = await town.user('cy');
      await town.customer('cy');
      const ask = { user, price: price.id, idempotencyKey: 'order-1' };
      const { id } = await billing.subscriptions.create(ask);
      await pay(id);
      expect(await billing.subscriptions.create(ask)).toEqual({
        id,
        status: 'active',
        clientSecret: null,
        kind: 'none',
      });
      await expect(billing.subscriptions.create({ ...ask, price: other.id })).rejects.toMatchObject({
        code: 'idempotency_conflict',
      });
      expect(await atStripe('cy')).toHaveLength(1);
    },
  );

  test.concurrent(
    'what a crash left of an attempt is joined by the same request and taken over by another when it is old',
    async () => {
      const [price, other] = [await town.price(500), await town.price(700)];
      const user = await town.user('dee');
      const leave = (fingerprint: string, age: string) =>
        town.database.query(sql`
        insert into lockstep.attempts (account, livemode, user_id, idempotency_key, fingerprint, asked_at)
        values (${town.engine.source.account}, false, ${user.id}, 'left-behind', ${fingerprint}, now() - ${age}::interval)`);
      await leave('something else', '1 s');
      await expect(billing.subscriptions.create({ user, price: price.id })).rejects.toMatchObject({
        code: 'request_in_progress',
        hint: expect.any(String),
      });
      await town.database.query(
        sql`update lockstep.attempts set asked_at = now() - interval '3 min' where user_id = ${user.id}`,
      );
      expect((await billing.subscriptions.create({ user, price: other.id })).status).toBe('incomplete');
      expect(await town.database.query(sql`select 1 from lockstep.attempts where user_id = ${user.id}`)).toEqual([]);
    },
  );

  test.concurrent('several items, a quantity, a coupon and a promotion code', async () => {
    const [plan, seat] = [await town.price(1_000), await town.price(200)];
    const coupon = await town.stripe.coupons.create({ percent_off: 50, duration: 'forever' });
    const user = await town.user('eve');
    const { id } = await billing.subscriptions.create({
      user,
      items: [{ price: plan.id }, { price: seat.id, quantity: 5 }],
      coupon: coupon.id,
      metadata: { team: 'blue' },
    });
    const [invoice] = (await town.stripe.invoices.list({ subscription: id })).data;
    expect(invoice?.total).toBe(1_000);
    expect((await stateOf('eve')).items.map(({ quantity }) => quantity).sort()).toEqual([1, 5]);

    await town.stripe.promotionCodes.create({ code: 'SUMMER', promotion: { type: 'coupon', coupon: coupon.id } });
    const half = await billing.subscriptions.create({ user, price: plan.id, promotionCode: 'SUMMER' });
    expect((await town.stripe.invoices.list({ subscription: half.id })).data[0]?.total).toBe(500);
    await expect(billing.subscriptions.create({ user, price: plan.id, promotionCode: 'WINTER' })).rejects.toMatchObject(
      { code: 'promotion_code_invalid', hint: expect.any(String) },
    );
    // Something else than the customer is missing: the customer stays.
    const { id: customer } = await billing.customers.ensure(user);
    await expect(billing.subscriptions.create({ user, price: plan.id, coupon: 'none' })).rejects.toMatchObject({
      ...{ code: 'stripe_refused', hint: expect.stringContaining('coupon') },
    });
    expect(await billing.customers.ensure(user)).toEqual({ id: customer, created: false });
  });

  test.concurrent('Stripe computes taxes where the app lets it', async () => {
    const price = await town.price(900);
    const user = await town.user('pam');
    const { id: customer } = await billing.customers.ensure(user);
    await town.stripe.customers.update(customer, { address: { country: 'DE', postal_code: '10115' } });
    const { id } = await otherBilling(town.engine, { settings: { automaticTax: true } }).subscriptions.create({
      user,
      price: price.id,
    });
    expect((await town.stripe.subscriptions.retrieve(id)).automatic_tax.enabled).toBe(true);
  });

  test.concurrent('a trial asks for a card, or for none', async () => {
    const price = await town.price(900);
    const withCard = await billing.subscriptions.create({
      user: await town.user('flo'),
      price: price.id,
      trialDays: 7,
    });
    expect(withCard).toMatchObject({
      status: 'trialing',
      kind: 'setup',
      clientSecret: expect.stringMatching(/^seti_/),
    });
    const without = await billing.subscriptions.create({
      user: await town.user('gus'),
      price: price.id,
      trialDays: 7,
      withoutCard: 'pause',
    });
    expect(without).toMatchObject({ status: 'trialing', kind: 'none', clientSecret: null });
    const { trial_settings } = await town.stripe.subscriptions.retrieve(without.id);
    expect(trial_settings?.end_behavior.missing_payment_method).toBe('pause');
  });

  test.concurrent('another price costs what its preview said, and is in the mirror at once', async () => {
    const [basic, pro] = [await town.price(1_000), await town.price(3_000)];
    const id = await subscribed('hal', basic.id);
    const user = await town.user('hal');
    const change = { price: pro.id, when: 'now_invoiced' as const };
    const preview = await billing.subscriptions.preview(user, id, change);
    expect(preview.lines.some(({ proration }) => proration)).toBe(true);
    await billing.subscriptions.change(user, id, { ...change, prorationDate: preview.prorationDate });
    expect((await stateOf('hal')).items).toMatchObject([{ price: pro.id }]);
    const [billed] = await (await billing.for(user)).invoices({ limit: 1 });
    expect(billed?.total).toBe(preview.total);
    await billing.subscriptions.change(user, id, { items: [{ price: pro.id, quantity: 4 }], when: 'now_unprorated' });
    expect((await stateOf('hal')).items).toMatchObject([{ price: pro.id, quantity: 4 }]);
  });

  test.concurrent('a change whose payment fails changes nothing', async () => {
    const [basic, pro] = [await town.price(1_000), await town.price(3_000)];
    const id = await subscribed('ivy', basic.id);
    await town.customer('ivy', 'pm_card_chargeCustomerFail');
    const { id: declining } = (await town.stripe.customers.retrieve(
      (await atStripe('ivy'))[0]!.customer as string,
    )) as {
      id: string;
    };
    const methods = await town.stripe.paymentMethods.list({ customer: declining });
    await town.stripe.subscriptions.update(id, { default_payment_method: methods.data[0]!.id });
    const user = await town.user('ivy');
    await expect(billing.subscriptions.change(user, id, { price: pro.id, when: 'now_invoiced' })).rejects.toMatchObject(
      { code: 'payment_failed', hint: expect.any(String) },
    );
    expect((await stateOf('ivy')).items).toMatchObject([{ price: basic.id }]);
  });

  test.concurrent('it ends at its period’s end, at a date or now, and the first two can be taken back', async () => {
    const id = await subscribed('joe', (await town.price(900)).id);
    const user = await town.user('joe');
    await billing.subscriptions.cancel(user, id, 'period_end');
    expect(await stateOf('joe')).toMatchObject({ willEnd: true, onGracePeriod: true });
    await billing.subscriptions.resume(user, id);
    expect(await stateOf('joe')).toMatchObject({ willEnd: false, endsAt: null });
    const date = new Date(Math.floor(Date.now() / 1_000) * 1_000 + 86_400_000);
    await billing.subscriptions.cancel(user, id, date);
    expect(await stateOf('joe')).toMatchObject({ willEnd: true, endsAt: date });
    await billing.subscriptions.resume(user, id);
    expect(await stateOf('joe')).toMatchObject({ willEnd: false, endsAt: null });
    await expect(billing.subscriptions.cancel(user, id, new Date(0))).rejects.toMatchObject({
      code: 'request_invalid',
    });
    await expect(billing.subscriptions.pause(user, id, new Date(0))).rejects.toMatchObject({
      ...{ code: 'request_invalid', hint: expect.any(String) },
    });
    await billing.subscriptions.pause(user, id, date);
    expect((await town.stripe.subscriptions.retrieve(id)).pause_collection).toEqual({
      ...{ behavior: 'void', resumes_at: date.getTime() / 1_000 },
    });
    await billing.subscriptions.pause(user, id);
    expect(await stateOf('joe')).toMatchObject({ collectionPaused: 'void', access: true });
    await billing.subscriptions.resume(user, id);
    expect(await stateOf('joe')).toMatchObject({ collectionPaused: null });
    await billing.subscriptions.cancel(user, id);
    expect(await stateOf('joe')).toMatchObject({ ended: true, access: false });
    await billing.subscriptions.cancel(user, id); // a second click
    await expect(billing.subscriptions.resume(user, id)).rejects.toMatchObject({ code: 'request_invalid' });
  });

  test.concurrent('a change for later is a schedule: until then nothing changes', async () => {
    const [basic, pro] = [await town.price(900), await town.price(400)];
    const id = await subscribed('kay', basic.id);
    const user = await town.user('kay');
    await billing.subscriptions.change(user, id, { price: pro.id, when: 'period_end' });
    expect((await stateOf('kay')).items).toMatchObject([{ price: basic.id }]);
    const [schedule] = await town.database.query<{ data: { phases: { items: { price: string }[] }[] } }>(sql`
      select data from stripe.subscription_schedules where subscription = ${id}`);
    expect(schedule?.data.phases.map(({ items }) => items[0]?.price)).toEqual([basic.id, pro.id]);
    await billing.subscriptions.change(user, id, { price: basic.id, when: 'period_end' });
    expect(
      await town.database.query(sql`select 1 from stripe.subscription_schedules where subscription = ${id}`),
    ).toHaveLength(1);
  });

  test.concurrent('a change for later comes with the period’s end, and is billed with it', async () => {
    const { clock, user } = await onClock('vic');
    const [basic, pro] = [await town.price(900), await town.price(400)];
    const id = await subscribed('vic', basic.id);
    await billing.subscriptions.change(user, id, { price: pro.id, when: 'period_end' });
    await town.stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: clock.frozen_time + 33 * 86_400 });
    await eventually(
      async () => (await stateOf('vic')).items.every(({ price }) => price === pro.id),
      'the other price is there',
    );
    await eventually(async () => (await (await billing.for(user)).invoices())[0]?.total === 400, 'and its invoice');
  });

  test.concurrent('a change for later changes the items alone, and costs what its preview said', async () => {
    const { clock, user } = await onClock('wes');
    const [basic, pro] = [await town.price(900), await town.price(400)];
    const { coupons, taxRates, subscriptions } = town.stripe;
    const half = await coupons.create({ percent_off: 50, duration: 'repeating', duration_in_months: 12 });
    const vat = await taxRates.create({ display_name: 'VAT', percentage: 20, inclusive: false });
    const customer = await town.customer('wes');
    const { data: methods } = await town.stripe.paymentMethods.list({ customer });
    const { id } = await subscriptions.create({
      customer,
      default_payment_method: methods[0]!.id,
      default_tax_rates: [vat.id],
      description: 'Five seats',
      discounts: [{ coupon: half.id }],
      items: [{ price: basic.id, quantity: 5, metadata: { seat: 'window' } }],
      metadata: { team: 'blue' },
      trial_end: clock.frozen_time + 14 * 86_400,
    });
    const before = await subscriptions.retrieve(id);
    const change = { price: pro.id, when: 'period_end' } as const;
    const { total, lines } = await billing.subscriptions.preview(user, id, change);
    await billing.subscriptions.change(user, id, change);
    const kept = ({ default_payment_method, default_tax_rates, description, discounts, metadata }: typeof before) => ({
      ...{ default_payment_method, default_tax_rates, description, discounts, metadata },
    });
    const now = await subscriptions.retrieve(id);
    expect(kept(now)).toEqual(kept(before));
    expect(now).toMatchObject({ status: 'trialing', trial_end: before.trial_end, items: before.items });
    await town.stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: clock.frozen_time + 15 * 86_400 });
    const after = await subscriptions.retrieve(id, { expand: ['latest_invoice'] });
    expect(kept(after)).toEqual(kept(before));
    expect(after.items.data).toMatchObject([{ price: { id: pro.id }, quantity: 5, metadata: { seat: 'window' } }]);
    expect(after.latest_invoice).toMatchObject({ total: 1_200 }); // five of 4.00, half of it, and a fifth more
    expect([total, lines.length]).toEqual([1_200, 1]);
  });

  test.concurrent('a schedule with plans of its own is refused, by the preview and by the change', async () => {
    const [basic, pro] = [await town.price(900), await town.price(400)];
    const id = await subscribed('xia', basic.id);
    const user = await town.user('xia');
    const { subscriptionSchedules: schedules } = town.stripe;
    const change = { price: pro.id, when: 'period_end' } as const;
    const made = await schedules.create({ from_subscription: id, metadata: { by: 'sales' } });
    const { start_date, end_date } = made.phases[0]!;
    const month = { interval: 'month', interval_count: 1 } as const;
    const items = [{ price: basic.id }];
    await schedules.update(made.id, {
      phases: [
        { items, start_date, end_date },
        { items, duration: month },
      ],
    });
    const refused = { code: 'schedule_conflict', hint: expect.any(String), facts: { schedule: made.id } };
    await expect(billing.subscriptions.preview(user, id, change)).rejects.toMatchObject(refused);
    await expect(billing.subscriptions.change(user, id, change)).rejects.toMatchObject(refused);
    expect((await schedules.retrieve(made.id)).phases).toHaveLength(2);
    await schedules.update(made.id, { phases: [{ items, start_date, end_date }] }); // nothing is planned any more
    await billing.subscriptions.change(user, id, change);
    expect(await schedules.retrieve(made.id)).toMatchObject({ metadata: { by: 'sales' }, phases: [{}, {}] });
    await schedules.release(made.id);
    await billing.subscriptions.cancel(user, id, 'period_end');
    const ends = { code: 'request_invalid', hint: expect.any(String) };
    await expect(billing.subscriptions.preview(user, id, change)).rejects.toMatchObject(ends);
    await expect(billing.subscriptions.change(user, id, change)).rejects.toMatchObject(ends);
  });

  test.concurrent('a price is named by its id, which people may have chosen, or by its lookup key', async () => {
    const chosen = 'Pro plan $699/month – größer';
    await town.stripe.plans.create({
      id: chosen,
      amount: 900,
      currency: 'usd',
      interval: 'month',
      product: { name: 'Pro' },
    });
    const team = await town.price(400, { lookupKey: 'team monthly/€' });
    const user = await town.user('yan');
    await town.customer('yan');
    const { id } = await billing.subscriptions.create({ user, price: chosen });
    await pay(id);
    await billing.subscriptions.change(user, id, { items: [{ price: 'team monthly/€', quantity: 2 }] });
    expect((await stateOf('yan')).items).toMatchObject([{ price: team.id, quantity: 2 }]);
    await billing.subscriptions.change(user, id, { price: chosen, when: 'period_end' });
    await expect(
      billing.subscriptions.change(user, id, { items: [{ price: team.id }, { price: 'team monthly/€' }] }),
    ).rejects.toMatchObject({ code: 'request_invalid' });
    await expect(billing.subscriptions.change(user, id, { price: 'nobody’s' })).rejects.toMatchObject({
      ...{ code: 'price_not_found', hint: expect.stringContaining('lookup key') },
    });
  });

  test.concurrent(
    'what is wanted last counts: a change for later is dropped by an end, and by a change at once',
    async () => {
      const [basic, pro] = [await town.price(900), await town.price(400)];
      const id = await subscribed('quin', basic.id);
      const user = await town.user('quin');
      const schedule = async () => (await town.stripe.subscriptions.retrieve(id)).schedule;
      const later = { price: pro.id, when: 'period_end' as const };
      await Promise.all([1, 2].map(() => billing.subscriptions.change(user, id, later)));
      expect(await schedule()).toMatch(/^sub_sched_/);
      await billing.subscriptions.cancel(user, id, 'period_end');
      expect(await stateOf('quin')).toMatchObject({ willEnd: true, items: [{ price: basic.id }] });
      expect(await schedule()).toBeNull();
      await billing.subscriptions.resume(user, id);
      await billing.subscriptions.change(user, id, later);
      await billing.subscriptions.change(user, id, { price: basic.id }); // as it is: nothing but the change for later goes
      expect(await schedule()).toBeNull();
      // One made in the Dashboard is not ours to drop.
      const { id: theirs } = await town.stripe.subscriptionSchedules.create({ from_subscription: id });
      await expect(billing.subscriptions.cancel(user, id, 'period_end')).rejects.toMatchObject({
        ...{ code: 'stripe_refused', hint: expect.any(String), message: expect.stringContaining(theirs) },
      });
      expect(await schedule()).toBe(theirs);
    },
  );

  test.concurrent('clicks at once add an item once, bill it once, and end a subscription once', async () => {
    const [plan, extra] = [await town.price(1_000), await town.price(200, { group: 'extra' })];
    const id = await subscribed('ray', plan.id);
    const user = await town.user('ray');
    const change = { items: [{ price: plan.id }, { price: extra.id }], when: 'now_invoiced' as const };
    await Promise.all([1, 2, 3].map(() => billing.subscriptions.change(user, id, change)));
    expect((await stateOf('ray')).items.map(({ price }) => price).sort()).toEqual([plan.id, extra.id].sort());
    const { data: invoices } = await town.stripe.invoices.list({ subscription: id });
    expect(invoices.map(({ total }) => total)).toEqual([200, 1_000]);
    await Promise.all([1, 2, 3].map(() => billing.subscriptions.cancel(user, id)));
    expect(await stateOf('ray')).toMatchObject({ ended: true });
  });

  test.concurrent('clicks at once lead to one checkout page; two plans at once to one of them', async () => {
    const [price, other] = [await town.price(900), await town.price(500)];
    const user = await town.user('sue');
    const ask = { user, price: price.id, successUrl: '/done', cancelUrl: '/plans' };
    const pages = await Promise.all([1, 2, 3].map(() => billing.sessions.checkout(ask)));
    expect(new Set(pages.map(({ id }) => id)).size).toBe(1);
    const both = [billing.sessions.checkout({ ...ask, price: other.id }), billing.subscriptions.create(ask)];
    const [refused, ...more] = (await Promise.allSettled(both)).filter(({ status }) => status === 'rejected');
    expect([refused, more]).toEqual([
      {
        status: 'rejected',
        reason: expect.objectContaining({ code: 'request_in_progress', hint: expect.any(String) }),
      },
      [],
    ]);
  });

  test.concurrent('a checkout has what was asked for: items, a trial without a card, a code, metadata', async () => {
    const [plan, seat] = [await town.price(1_000), await town.price(200)];
    const coupon = await town.stripe.coupons.create({ percent_off: 50, duration: 'once' });
    await town.stripe.promotionCodes.create({ code: 'AUTUMN', promotion: { type: 'coupon', coupon: coupon.id } });
    const { id } = await billing.sessions.checkout({
      user: await town.user('tim'),
      items: [{ price: plan.id }, { price: seat.id, quantity: 4 }],
      ...{ trialDays: 14, withoutCard: true, promotionCode: 'autumn', metadata: { team: 'blue' } },
      ...{ successUrl: '/done', cancelUrl: '/plans' },
    });
    const session = await town.stripe.checkout.sessions.retrieve(id, { expand: ['line_items'] });
    expect(session).toMatchObject({
      ...{ payment_method_collection: 'if_required', discounts: [{ promotion_code: expect.any(String) }] },
      cancel_url: 'https://app.example.com/plans',
    });
    expect(session.line_items?.data.map(({ quantity }) => quantity).sort()).toEqual([1, 4]);
  });

  test.concurrent('a trial that ends without a card pauses, gives nothing, and is resumed', async () => {
    const { clock, user } = await onClock('uma');
    const price = await town.price(900);
    const ask = { user, price: price.id, trialDays: 7, withoutCard: 'pause' as const };
    const { id } = await billing.subscriptions.create(ask);
    await town.stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: clock.frozen_time + 8 * 86_400 });
    await eventually(async () => (await stateOf('uma')).status === 'paused', 'it is paused');
    expect(await stateOf('uma')).toMatchObject({ access: false, ended: false });
    await town.customer('uma');
    await billing.subscriptions.resume(user, id);
    expect((await stateOf('uma')).status).not.toBe('paused');
  });

  test.concurrent('usage is counted once for each id', async () => {
    const meter = await town.stripe.billing.meters.create({
      display_name: 'Calls',
      event_name: 'calls',
      default_aggregation: { formula: 'sum' },
    });
    const price = await town.price(2, { meter: meter.id });
    const user = await town.user('lou');
    await billing.subscriptions.create({ user, price: price.id });
    const report = { user, meter: 'calls', value: 12 };
    expect(await billing.usage.report({ ...report, id: 'job-1' })).toBe('counted');
    expect(await billing.usage.report({ ...report, id: 'job-1' })).toBe('duplicate');
    expect(await billing.usage.report(report)).toBe('counted');
    const day = Math.floor(Date.now() / 86_400_000) * 86_400;
    const { id: customer } = await billing.customers.ensure(user);
    const used = await town.stripe.billing.meters.listEventSummaries(meter.id, {
      customer,
      start_time: day,
      end_time: day + 2 * 86_400,
    });
    expect(used.data[0]?.aggregated_value).toBe(24);
    await expect(billing.usage.report({ ...report, value: NaN })).rejects.toMatchObject({ code: 'request_invalid' });
  });

  test('checkout, portal and a card for later; the person who comes back finds the subscription', async () => {
    const price = await town.price(900);
    const user = await town.user('mia');
    const ask = { user, price: price.id, successUrl: '/done?s={CHECKOUT_SESSION_ID}', cancelUrl: '/plans' };
    const session = await billing.sessions.checkout({ ...ask, idempotencyKey: 'click' });
    expect(session).toEqual(await billing.sessions.checkout({ ...ask, idempotencyKey: 'click' }));
    expect(session.url).toMatch(/^http/);
    expect((await town.stripe.checkout.sessions.retrieve(session.id)).success_url).toBe(
      'https://app.example.com/done?s={CHECKOUT_SESSION_ID}',
    );
    // Two pages left open would be two subscriptions: the newest stays, and none beside a subscription made otherwise.
    const newest = await billing.sessions.checkout(ask);
    const statuses = async () =>
      Promise.all([session, newest].map(async ({ id }) => (await town.stripe.checkout.sessions.retrieve(id)).status));
    expect(await statuses()).toEqual(['expired', 'open']);
    await billing.subscriptions.create({ user, price: price.id });
    expect(await statuses()).toEqual(['expired', 'expired']);
    const portal = await billing.sessions.portal({ user, returnUrl: 'https://app.example.com/account' });
    expect(portal.url).toMatch(/^http/);
    expect(await billing.sessions.setup({ user })).toMatchObject({
      kind: 'setup',
      clientSecret: expect.stringMatching(/^seti_/),
    });

    // The webhook is lost, and the person is back.
    const customer = await town.customer('mia');
    town.emulator.faults.set({ lose_every: 1 });
    await town.stripe.subscriptions.create({ customer, items: [{ price: price.id }] });
    town.emulator.faults.set({ lose_every: 0 });
    expect(await (await billing.for(user)).isSubscribed()).toBe(false);
    await billing.settled(customer);
    expect(await (await billing.for(user)).isSubscribed({ price: price.id })).toBe(true);
    await expect(billing.sessions.checkout(ask)).rejects.toMatchObject({ code: 'already_subscribed' });
  });

  test('another user’s subscription is not there', async () => {
    const id = await subscribed('ned', (await town.price(900)).id);
    const user = await town.user('ada');
    const refusal = { code: 'subscription_not_found', hint: expect.any(String) };
    await expect(billing.subscriptions.cancel(user, id)).rejects.toMatchObject(refusal);
    await expect(billing.subscriptions.resume(user, 'sub_missing')).rejects.toMatchObject(refusal);
    await expect(billing.subscriptions.pause(user, '../customers/cus_1')).rejects.toMatchObject({
      code: 'subscription_not_found',
    });
    expect(await (await billing.for(await town.user('ned'))).isSubscribed()).toBe(true);
  });

  test('a customer deleted in the dashboard is found out, and the next call makes a new one', async () => {
    const price = await town.price(900);
    const user = await town.user('ned');
    const { id: customer } = await billing.customers.ensure(user);
    town.emulator.faults.set({ lose_every: 1 });
    await town.stripe.customers.del(customer);
    town.emulator.faults.set({ lose_every: 0 });
    await expect(billing.sessions.setup({ user })).rejects.toMatchObject({
      code: 'customer_stale',
      hint: expect.any(String),
    });
    await eventually(async () => (await billing.customers.ensure(user)).id !== customer, 'a new customer is there');
    expect(await billing.subscriptions.create({ user, price: price.id })).toMatchObject({ kind: 'payment' });
  });
});

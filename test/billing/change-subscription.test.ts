import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Billing } from '../../src/billing/billing.js';
import { sql } from '../../src/store/sql.js';
import { eventually } from '../support/eventually.js';
import { databases } from '../support/world.js';
import { startTown, type Town } from './people.js';

describe.each(databases)('changes of a subscription, on %s', (kind) => {
  let town: Town;
  let billing: Billing;
  beforeAll(async () => {
    town = await startTown(kind);
    billing = town.billing;
  });
  afterAll(() => town.stop());

  test.concurrent('another price costs what its preview said, and is in the mirror at once', async () => {
    const user = await town.newUser();
    const [basic, pro] = [await town.price(1_000), await town.price(3_000)];
    const id = await town.subscribed(user, basic.id);
    const change = { price: pro.id, when: 'now_invoiced' as const };
    const preview = await billing.subscriptions.preview(user, id, change);
    expect(preview.lines.some(({ proration }) => proration)).toBe(true);
    await billing.subscriptions.change(user, id, { ...change, prorationDate: preview.prorationDate });
    expect((await town.stateOf(user)).items).toMatchObject([{ price: pro.id }]);
    const [billed] = await (await billing.for(user)).invoices({ limit: 1 });
    expect(billed?.total).toBe(preview.total);
    await billing.subscriptions.change(user, id, { items: [{ price: pro.id, quantity: 4 }], when: 'now_unprorated' });
    expect((await town.stateOf(user)).items).toMatchObject([{ price: pro.id, quantity: 4 }]);
  });

  test.concurrent('a change whose payment fails changes nothing', async () => {
    const user = await town.newUser();
    const [basic, pro] = [await town.price(1_000), await town.price(3_000)];
    const id = await town.subscribed(user, basic.id);
    await town.customer(user, 'pm_card_chargeCustomerFail');
    const { id: declining } = (await town.stripe.customers.retrieve(
      (await town.atStripe(user))[0]!.customer as string,
    )) as {
      id: string;
    };
    const methods = await town.stripe.paymentMethods.list({ customer: declining });
    await town.stripe.subscriptions.update(id, { default_payment_method: methods.data[0]!.id });
    await expect(billing.subscriptions.change(user, id, { price: pro.id, when: 'now_invoiced' })).rejects.toMatchObject(
      { code: 'payment_failed', hint: expect.any(String) },
    );
    expect((await town.stateOf(user)).items).toMatchObject([{ price: basic.id }]);
  });

  test.concurrent('it ends at its period’s end, at a date or now, and the first two can be taken back', async () => {
    const user = await town.newUser();
    const id = await town.subscribed(user, (await town.price(900)).id);
    await billing.subscriptions.cancel(user, id, 'period_end');
    expect(await town.stateOf(user)).toMatchObject({ willEnd: true, onGracePeriod: true });
    await billing.subscriptions.resume(user, id);
    expect(await town.stateOf(user)).toMatchObject({ willEnd: false, endsAt: null });
    const date = new Date(Math.floor(Date.now() / 1_000) * 1_000 + 86_400_000);
    await billing.subscriptions.cancel(user, id, date);
    expect(await town.stateOf(user)).toMatchObject({ willEnd: true, endsAt: date });
    await billing.subscriptions.resume(user, id);
    expect(await town.stateOf(user)).toMatchObject({ willEnd: false, endsAt: null });
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
    expect(await town.stateOf(user)).toMatchObject({ collectionPaused: 'void', access: true });
    await billing.subscriptions.resume(user, id);
    expect(await town.stateOf(user)).toMatchObject({ collectionPaused: null });
    await billing.subscriptions.cancel(user, id);
    expect(await town.stateOf(user)).toMatchObject({ ended: true, access: false });
    await billing.subscriptions.cancel(user, id); // a second click
    await expect(billing.subscriptions.resume(user, id)).rejects.toMatchObject({ code: 'request_invalid' });
  });

  test.concurrent('a change for later is a schedule: until then nothing changes', async () => {
    const user = await town.newUser();
    const [basic, pro] = [await town.price(900), await town.price(400)];
    const id = await town.subscribed(user, basic.id);
    await billing.subscriptions.change(user, id, { price: pro.id, when: 'period_end' });
    expect((await town.stateOf(user)).items).toMatchObject([{ price: basic.id }]);
    const [schedule] = await town.database.query<{ data: { phases: { items: { price: string }[] }[] } }>(sql`
      select data from stripe.subscription_schedules where subscription = ${id}`);
    expect(schedule?.data.phases.map(({ items }) => items[0]?.price)).toEqual([basic.id, pro.id]);
    await billing.subscriptions.change(user, id, { price: basic.id, when: 'period_end' });
    expect(
      await town.database.query(sql`select 1 from stripe.subscription_schedules where subscription = ${id}`),
    ).toHaveLength(1);
  });

  test.concurrent('a change for later comes with the period’s end, and is billed with it', async () => {
    const { clock, user } = await town.onClock();
    const [basic, pro] = [await town.price(900), await town.price(400)];
    const id = await town.subscribed(user, basic.id);
    await billing.subscriptions.change(user, id, { price: pro.id, when: 'period_end' });
    await town.stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: clock.frozen_time + 33 * 86_400 });
    await eventually(
      async () => (await town.stateOf(user)).items.every(({ price }) => price === pro.id),
      'the other price is there',
    );
    await eventually(async () => (await (await billing.for(user)).invoices())[0]?.total === 400, 'and its invoice');
  });

  test.concurrent('a change for later changes the items alone, and costs what its preview said', async () => {
    const { clock, user } = await town.onClock();
    const [basic, pro] = [await town.price(900), await town.price(400)];
    const { coupons, taxRates, subscriptions } = town.stripe;
    const half = await coupons.create({ percent_off: 50, duration: 'repeating', duration_in_months: 12 });
    const vat = await taxRates.create({ display_name: 'VAT', percentage: 20, inclusive: false });
    const customer = await town.customer(user);
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
    const user = await town.newUser();
    const [basic, pro] = [await town.price(900), await town.price(400)];
    const id = await town.subscribed(user, basic.id);
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
    const user = await town.newUser();
    const chosen = 'Pro plan $699/month – größer';
    await town.stripe.plans.create({
      id: chosen,
      amount: 900,
      currency: 'usd',
      interval: 'month',
      product: { name: 'Pro' },
    });
    const team = await town.price(400, { lookupKey: 'team monthly/€' });
    await town.customer(user);
    const { id } = await billing.subscriptions.create({ user, price: chosen });
    await town.pay(id);
    await billing.subscriptions.change(user, id, { items: [{ price: 'team monthly/€', quantity: 2 }] });
    expect((await town.stateOf(user)).items).toMatchObject([{ price: team.id, quantity: 2 }]);
    await billing.subscriptions.change(user, id, { price: chosen, when: 'period_end' });
    await expect(
      billing.subscriptions.change(user, id, { items: [{ price: team.id }, { price: 'team monthly/€' }] }),
    ).rejects.toMatchObject({ code: 'request_invalid' });
    await expect(billing.subscriptions.change(user, id, { price: 'nobody’s' })).rejects.toMatchObject({
      ...{ code: 'price_not_found', hint: expect.stringContaining('lookup key') },
    });
  });

  test.concurrent('an end, or a change at once, drops a change for later', async () => {
    const user = await town.newUser();
    const [basic, pro] = [await town.price(900), await town.price(400)];
    const id = await town.subscribed(user, basic.id);
    const schedule = async () => (await town.stripe.subscriptions.retrieve(id)).schedule;
    const later = { price: pro.id, when: 'period_end' as const };
    await Promise.all([1, 2].map(() => billing.subscriptions.change(user, id, later)));
    expect(await schedule()).toMatch(/^sub_sched_/);
    await billing.subscriptions.cancel(user, id, 'period_end');
    expect(await town.stateOf(user)).toMatchObject({ willEnd: true, items: [{ price: basic.id }] });
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
  });

  test.concurrent('clicks at once add an item once, bill it once, and end a subscription once', async () => {
    const user = await town.newUser();
    const [plan, extra] = [await town.price(1_000), await town.price(200, { group: 'extra' })];
    const id = await town.subscribed(user, plan.id);
    const change = { items: [{ price: plan.id }, { price: extra.id }], when: 'now_invoiced' as const };
    await Promise.all([1, 2, 3].map(() => billing.subscriptions.change(user, id, change)));
    expect((await town.stateOf(user)).items.map(({ price }) => price).sort()).toEqual([plan.id, extra.id].sort());
    const { data: invoices } = await town.stripe.invoices.list({ subscription: id });
    expect(invoices.map(({ total }) => total)).toEqual([200, 1_000]);
    await Promise.all([1, 2, 3].map(() => billing.subscriptions.cancel(user, id)));
    expect(await town.stateOf(user)).toMatchObject({ ended: true });
  });

  test.concurrent('a trial that ends without a card pauses, gives nothing, and is resumed', async () => {
    const { clock, user } = await town.onClock();
    const price = await town.price(900);
    const ask = { user, price: price.id, trialDays: 7, withoutCard: 'pause' as const };
    const { id } = await billing.subscriptions.create(ask);
    await town.stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: clock.frozen_time + 8 * 86_400 });
    await eventually(async () => (await town.stateOf(user)).status === 'paused', 'it is paused');
    expect(await town.stateOf(user)).toMatchObject({ access: false, ended: false });
    await town.customer(user);
    await billing.subscriptions.resume(user, id);
    expect((await town.stateOf(user)).status).not.toBe('paused');
  });

  test.concurrent('another user’s subscription is not there', async () => {
    const [owner, other] = [await town.newUser(), await town.newUser()];
    const id = await town.subscribed(owner, (await town.price(900)).id);
    const refusal = { code: 'subscription_not_found', hint: expect.any(String) };
    await expect(billing.subscriptions.cancel(other, id)).rejects.toMatchObject(refusal);
    await expect(billing.subscriptions.resume(other, 'sub_missing')).rejects.toMatchObject(refusal);
    await expect(billing.subscriptions.pause(other, '../customers/cus_1')).rejects.toMatchObject(refusal);
    expect(await (await billing.for(owner)).isSubscribed()).toBe(true);
  });
});

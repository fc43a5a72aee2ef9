import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Billing } from '../../src/billing/billing.js';
import type { User } from '../../src/billing/users/users.js';
import { sql } from '../../src/store/sql.js';
import type { Gateway } from '../../src/stripe/gateway.js';
import { databases } from '../support/world.js';
import { otherBilling, startTown, type Town } from './people.js';

describe.each(databases)('a new subscription, on %s', (kind) => {
  let town: Town;
  let billing: Billing;
  beforeAll(async () => {
    town = await startTown(kind);
    billing = town.billing;
  });
  afterAll(() => town.stop());

  test.concurrent('clicks at once make one subscription, and the select after the call finds it', async () => {
    const user = await town.newUser();
    const price = await town.price(900);
    const made = await Promise.all(
      Array.from({ length: 8 }, () => billing.subscriptions.create({ user, price: price.id })),
    );
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(await town.atStripe(user)).toHaveLength(1);
    expect(
      await town.database.query(sql`select status, proven_at is not null as proven from stripe.subscriptions
        where id = ${made[0]!.id}`),
    ).toEqual([{ status: 'incomplete', proven: true }]);
  });

  test.concurrent('another plan of the group ends the subscription that was left unpaid', async () => {
    const user = await town.newUser();
    const [basic, pro] = [await town.price(500), await town.price(900)];
    const first = await billing.subscriptions.create({ user, price: basic.id });
    const second = await billing.subscriptions.create({ user, price: pro.id });
    expect(second.id).not.toBe(first.id);
    const left = (await town.atStripe(user)).filter(({ status }) => status === 'incomplete');
    expect(left.map(({ id }) => id)).toEqual([second.id]);
  });

  test.concurrent('a paid subscription refuses another one of its group', async () => {
    const user = await town.newUser();
    const [basic, pro] = [await town.price(500), await town.price(900)];
    const id = await town.subscribed(user, pro.id);
    await expect(billing.subscriptions.create({ user, price: basic.id })).rejects.toMatchObject({
      code: 'already_subscribed',
      hint: expect.any(String),
      facts: { subscription: id },
    });
  });

  test.concurrent(
    'beside a paid subscription there may be one of another group, and more if the app says so',
    async () => {
      const user = await town.newUser();
      const [pro, basic] = [await town.price(900), await town.price(500)];
      const extra = await town.price(100, { group: 'extra' });
      await town.subscribed(user, pro.id);
      expect(await billing.subscriptions.create({ user, price: extra.id })).toMatchObject({ status: 'incomplete' });
      const several = { user, price: basic.id, several: true };
      expect(await billing.subscriptions.create(several)).toMatchObject({ status: 'incomplete' });
    },
  );

  test.concurrent('what is paid at the very moment when another plan is chosen stays', async () => {
    const user = await town.newUser();
    const [basic, pro] = [await town.price(500), await town.price(900)];
    await town.customer(user);
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

  test.concurrent('a request with the same key returns the same subscription, even after it is paid', async () => {
    const user = await town.newUser();
    const price = await town.price(500);
    await town.customer(user);
    const request = { user, price: price.id, idempotencyKey: 'order-1' };
    const { id } = await billing.subscriptions.create(request);
    await town.pay(id);
    expect(await billing.subscriptions.create(request)).toEqual({
      id,
      status: 'active',
      clientSecret: null,
      kind: 'none',
    });
    expect(await town.atStripe(user)).toHaveLength(1);
  });

  test.concurrent('a request with the same key and another price is refused', async () => {
    const user = await town.newUser();
    const [price, other] = [await town.price(500), await town.price(700)];
    const request = { user, price: price.id, idempotencyKey: 'order-1' };
    await billing.subscriptions.create(request);
    await expect(billing.subscriptions.create({ ...request, price: other.id })).rejects.toMatchObject({
      code: 'idempotency_conflict',
      hint: expect.any(String),
    });
    expect(await town.atStripe(user)).toHaveLength(1);
  });

  /** What a process leaves behind that dies in the middle of an attempt. */
  const leaveAttempt = (user: User, fingerprint: string, age: string) =>
    town.database.query(sql`
      insert into lockstep.attempts (account, livemode, user_id, idempotency_key, fingerprint, asked_at)
      values (${town.engine.source.account}, false, ${user.id}, 'left-behind', ${fingerprint}, now() - ${age}::interval)`);

  test.concurrent.each([
    ['create 0', 'A subscription is being created for this user'],
    ['change sub_1 0', 'A subscription of this user is being changed'],
    ['checkout 0', 'A checkout is being opened for this user'],
    ['something else', 'Another request for this user is in progress'],
  ])('a request is refused while the attempt "%s" is under way, and the error says: %s', async (other, message) => {
    const user = await town.newUser();
    const price = await town.price(500);
    await leaveAttempt(user, other, '1 s');
    await expect(billing.subscriptions.create({ user, price: price.id })).rejects.toMatchObject({
      code: 'request_in_progress',
      message,
      hint: expect.any(String),
    });
  });

  test.concurrent('another request takes over what a crash left of an attempt, once that is old', async () => {
    const user = await town.newUser();
    const price = await town.price(700);
    await leaveAttempt(user, 'create 0', '3 min');
    expect(await billing.subscriptions.create({ user, price: price.id })).toMatchObject({ status: 'incomplete' });
    expect(await town.database.query(sql`select 1 from lockstep.attempts where user_id = ${user.id}`)).toEqual([]);
  });

  test.concurrent('several items, a quantity, a coupon and a promotion code', async () => {
    const user = await town.newUser();
    const [plan, seat] = [await town.price(1_000), await town.price(200)];
    const coupon = await town.stripe.coupons.create({ percent_off: 50, duration: 'forever' });
    const { id } = await billing.subscriptions.create({
      user,
      items: [{ price: plan.id }, { price: seat.id, quantity: 5 }],
      coupon: coupon.id,
      metadata: { team: 'blue' },
    });
    const [invoice] = (await town.stripe.invoices.list({ subscription: id })).data;
    expect(invoice?.total).toBe(1_000);
    expect((await town.stateOf(user)).items.map(({ quantity }) => quantity).sort()).toEqual([1, 5]);

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
    const user = await town.newUser();
    const price = await town.price(900);
    const { id: customer } = await billing.customers.ensure(user);
    await town.stripe.customers.update(customer, { address: { country: 'DE', postal_code: '10115' } });
    const { id } = await otherBilling(town.engine, { settings: { automaticTax: true } }).subscriptions.create({
      user,
      price: price.id,
    });
    expect((await town.stripe.subscriptions.retrieve(id)).automatic_tax.enabled).toBe(true);
  });

  test.concurrent('a trial asks for a card, unless the app wants none', async () => {
    const price = await town.price(900);
    const trial = { price: price.id, trialDays: 7 };
    const withCard = await billing.subscriptions.create({ ...trial, user: await town.newUser() });
    expect(withCard).toMatchObject({
      status: 'trialing',
      kind: 'setup',
      clientSecret: expect.stringMatching(/^seti_/),
    });
    const without = await billing.subscriptions.create({
      ...trial,
      user: await town.newUser(),
      withoutCard: 'pause',
    });
    expect(without).toMatchObject({ status: 'trialing', kind: 'none', clientSecret: null });
    const { trial_settings } = await town.stripe.subscriptions.retrieve(without.id);
    expect(trial_settings?.end_behavior.missing_payment_method).toBe('pause');
  });
});

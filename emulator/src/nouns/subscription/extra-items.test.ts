import type Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Shop } from '../../../test/billing.js';
import { advance, at, invoicesOf, shop } from '../../../test/billing.js';
import type { Rig } from '../../../test/rig.js';
import { refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
let world: Shop;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());
beforeEach(async () => {
  world = await shop(rig, at('2026-04-16'));
});

const subscribe = (more: Partial<Stripe.SubscriptionCreateParams> = {}) =>
  rig.stripe.subscriptions.create({
    customer: world.customer.id,
    items: [{ price: world.price.id }],
    expand: ['latest_invoice'],
    ...more,
  });
const totals = async (): Promise<[string | null, number][]> =>
  (await invoicesOf(rig, world.customer)).map(({ billing_reason, total }) => [billing_reason, total]);

describe('extra items of a subscription', () => {
  test('are on its first invoice, and on no later one', async () => {
    const once = await rig.stripe.prices.create({
      currency: 'usd',
      unit_amount: 700,
      product_data: { name: 'Set-up' },
    });
    await subscribe({ add_invoice_items: [{ price: once.id, quantity: 2 }] });
    await advance(rig, world.clock, at('2026-05-17'));
    expect(await totals()).toEqual([
      ['subscription_create', 2400],
      ['subscription_cycle', 1000],
    ]);
  });

  test('of an update wait for the next invoice, and for this subscription’s', async () => {
    const { id, items } = await subscribe();
    const other = await subscribe();
    const product = items.data[0]?.price.product as string;
    const price_data = { currency: 'usd', product, unit_amount: 300 };
    await rig.stripe.subscriptions.update(id, { add_invoice_items: [{ price_data }] });
    await advance(rig, world.clock, at('2026-05-17'));
    const renewed = (await invoicesOf(rig, world.customer)).filter(
      (one) => one.billing_reason === 'subscription_cycle',
    );
    const ofIt = renewed.map((one) => [one.parent?.subscription_details?.subscription, one.total]);
    expect(ofIt.sort()).toEqual(
      [
        [id, 1300],
        [other.id, 1000],
      ].sort(),
    );
  });

  test('must not recur', async () => {
    const error = await refusal(subscribe({ add_invoice_items: [{ price: world.price.id }] }));
    expect([error.statusCode, error.param]).toEqual([400, 'add_invoice_items[0][price]']);
  });
});

describe('an anchor of the billing cycle', () => {
  // April has 30 days: from the 16th to the 1st is half of the month that ends on 1 May.
  test.each([
    ['create_prorations', 500],
    ['none', 0],
  ] as const)('cuts the first period short, which costs its share: %s', async (proration_behavior, first) => {
    const made = await subscribe({ billing_cycle_anchor: at('2026-05-01'), proration_behavior });
    expect(made).toMatchObject({ status: 'active', billing_cycle_anchor: at('2026-05-01') });
    expect(made.items.data[0]).toMatchObject({
      current_period_start: at('2026-04-16'),
      current_period_end: at('2026-05-01'),
    });
    await advance(rig, world.clock, at('2026-06-02'));
    expect(await totals()).toEqual([
      ['subscription_create', first],
      ['subscription_cycle', 1000],
      ['subscription_cycle', 1000],
    ]);
  });

  test('never gives back more than was paid: a change in the short first period counts only its share', async () => {
    const { id, items } = await subscribe({ billing_cycle_anchor: at('2026-05-01') });
    await advance(rig, world.clock, at('2026-04-22'));
    await rig.stripe.subscriptions.update(id, { items: [{ id: items.data[0]?.id ?? '', quantity: 2 }] });
    const { data } = await rig.stripe.invoiceItems.list({ customer: world.customer.id, pending: true });
    // Nine of April's thirty days are left.
    expect(data.map(({ amount }) => amount).sort()).toEqual([-300, 600]);
  });

  test.each([
    ['over', '2026-04-15'],
    ['later than a whole period', '2026-05-17'],
  ])('must not be %s', async (_what, day) => {
    const error = await refusal(subscribe({ billing_cycle_anchor: at(day) }));
    expect([error.statusCode, error.param]).toEqual([400, 'billing_cycle_anchor']);
  });
});

test('a classic subscription migrates to flexible billing, once', async () => {
  const { id } = await subscribe({ billing_mode: { type: 'classic' } });
  const migrate = () => rig.stripe.subscriptions.migrate(id, { billing_mode: { type: 'flexible' } });
  expect((await migrate()).billing_mode).toMatchObject({ type: 'flexible', updated_at: at('2026-04-16') });
  expect((await refusal(migrate())).param).toBe('billing_mode[type]');
});

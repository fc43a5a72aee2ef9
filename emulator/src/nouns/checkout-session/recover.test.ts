import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rig } from '../../../test/rig.js';
import { startRig } from '../../../test/rig.js';

let rig: Rig;
let price: string;
beforeAll(async () => {
  rig = await startRig();
  const { id } = await rig.stripe.prices.create({
    currency: 'usd',
    unit_amount: 3000,
    recurring: { interval: 'month' },
    product_data: { name: 'Pro' },
  });
  price = id;
});
afterAll(() => rig.stop());

const open = (more: Partial<Stripe.Checkout.SessionCreateParams>): Promise<Stripe.Checkout.Session> =>
  rig.stripe.checkout.sessions.create({
    mode: 'subscription',
    success_url: 'https://shop.example/thanks',
    line_items: [{ price, quantity: 1 }],
    ...more,
  });

describe('a session that can be recovered', () => {
  test('has an address from its end on, which opens another one like it', async () => {
    const first = await open({
      adaptive_pricing: { enabled: true },
      after_expiration: { recovery: { enabled: true, allow_promotion_codes: true } },
      metadata: { order: '7' },
    });
    expect(first).toMatchObject({
      adaptive_pricing: { enabled: true },
      after_expiration: { recovery: { allow_promotion_codes: true, enabled: true, expires_at: null, url: null } },
    });
    const expired = await rig.stripe.checkout.sessions.expire(first.id);
    const recovery = expired.after_expiration?.recovery;
    expect(recovery?.url).toContain(`/r/${first.id}`);
    const page = await fetch(recovery?.url ?? '', { redirect: 'manual' });
    const second = page.headers.get('location')?.split('/').at(-1) ?? '';
    expect(await rig.stripe.checkout.sessions.retrieve(second)).toMatchObject({
      allow_promotion_codes: true,
      amount_total: 3000,
      metadata: { order: '7' },
      mode: 'subscription',
      recovered_from: first.id,
      status: 'open',
    });
    rig.emulator.clock.advance(31 * 86_400_000);
    expect((await fetch(recovery?.url ?? '')).status).toBe(404);
  });

  test('is over without that', async () => {
    const { id } = await open({});
    expect((await rig.stripe.checkout.sessions.expire(id)).after_expiration).toBeNull();
  });
});

describe('a session with a later billing cycle', () => {
  test('is due for the part of a month until then, as the invoice is', async () => {
    const frozen = await startRig();
    frozen.emulator.clock.advance(Date.UTC(2031, 3, 16) - Date.now());
    const { id: monthly } = await frozen.stripe.prices.create({
      currency: 'usd',
      unit_amount: 3000,
      recurring: { interval: 'month' },
      product_data: { name: 'Pro' },
    });
    const session = await frozen.stripe.checkout.sessions.create({
      mode: 'subscription',
      success_url: 'https://shop.example/thanks',
      line_items: [{ price: monthly, quantity: 1 }],
      subscription_data: { billing_cycle_anchor: Date.UTC(2031, 4, 1) / 1000 },
    });
    // 15 of the 30 days of April.
    expect(session.amount_total).toBe(1500);
    const form = new URLSearchParams({ number: '4242424242424242', expiry: '12/34', cvc: '123' });
    await fetch(session.url ?? '', { method: 'POST', body: form, redirect: 'manual' });
    const { data } = await frozen.stripe.invoices.list();
    expect(data[0]?.total).toBe(1500);
    await frozen.stop();
  });
});

import type Stripe from 'stripe';
import type { Rig } from './rig.js';

/** Epoch seconds of a date such as `2026-01-31`. */
export const at = (date: string): number => Date.parse(`${date}T00:00:00Z`) / 1000;

export interface Shop {
  clock: Stripe.TestHelpers.TestClock;
  customer: Stripe.Customer;
  /** A monthly price of 10.00 USD. */
  price: Stripe.Price;
}

/** A customer in a test clock of their own, with a card on file, and something to subscribe to. */
export async function shop({ stripe }: Rig, now: number, card: string | null = 'pm_card_visa'): Promise<Shop> {
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: now });
  const customer = await stripe.customers.create({
    email: 'ada@example.com',
    test_clock: clock.id,
    ...(card === null ? {} : { payment_method: card, invoice_settings: { default_payment_method: card } }),
  });
  const price = await stripe.prices.create({
    currency: 'usd',
    unit_amount: 1000,
    recurring: { interval: 'month' },
    product_data: { name: 'Pro' },
  });
  return { clock, customer, price };
}

/** Advances a test clock and waits until it is there. */
export async function advance({ stripe }: Rig, clock: { id: string }, to: number): Promise<void> {
  await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: to });
  const { status } = await stripe.testHelpers.testClocks.retrieve(clock.id);
  if (status !== 'ready') throw new Error(`the test clock is ${status}`);
}

/** A customer's invoices, oldest first. */
export async function invoicesOf({ stripe }: Rig, customer: { id: string }): Promise<Stripe.Invoice[]> {
  const { data } = await stripe.invoices.list({ customer: customer.id, limit: 100 });
  return data.reverse();
}

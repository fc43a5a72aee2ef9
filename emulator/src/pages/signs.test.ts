import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRig, type Rig } from '../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

test('while faults are on or the time is not real, every page of a customer says so', async () => {
  const { stripe, emulator } = rig;
  const customer = (await stripe.customers.create({})).id;
  const product_data = { name: 'Pro' };
  const checkout = await stripe.checkout.sessions.create({
    mode: 'payment',
    line_items: [{ price_data: { currency: 'usd', unit_amount: 900, product_data }, quantity: 1 }],
    success_url: 'https://app.example/done',
  });
  const payment = await stripe.paymentIntents.create({
    ...{ amount: 900, currency: 'eur', confirm: true, return_url: 'https://app.example/done' },
    payment_method_data: { type: 'ideal' },
  });
  const addresses = [
    checkout.url ?? '',
    payment.next_action?.redirect_to_url?.url ?? '',
    (await stripe.billingPortal.sessions.create({ customer })).url,
    `${emulator.url}/c/done`,
    `${emulator.url}/c/pay/cs_none`,
  ];
  const pages = (): Promise<string[]> => Promise.all(addresses.map(async (one) => (await fetch(one)).text()));
  for (const text of await pages()) expect(text).not.toContain('class="signs"');
  emulator.faults.set({ error_every: 3, delay_ms: 5 });
  emulator.clock.setRate(0);
  const both = /Faults are on: error_every = 3<\/p>\s*<p>Time is frozen: \w+ \d+, \d{4}, \d\d:\d\d UTC</;
  for (const text of await pages()) expect(text).toMatch(both);
  emulator.clock.setRate(60);
  emulator.faults.set({ error_every: 0 });
  for (const text of await pages()) {
    expect(text).toContain('<p>Time runs 60 times as fast: ');
    expect(text).not.toContain('Faults are on');
  }
  emulator.clock.setRate(1);
  emulator.clock.advance(60_000);
  for (const text of await pages()) expect(text).toContain('<p>Time was moved: ');
  emulator.reset();
  expect((await pages())[3]).not.toContain('class="signs"');
});

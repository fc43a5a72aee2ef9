import { startTestLockstep, type TestLockstep } from 'lockstep/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from './app.js';

const DAY_MS = 24 * 60 * 60_000;

let kit: TestLockstep;
let app: ReturnType<typeof createApp>;

beforeAll(async () => {
  kit = await startTestLockstep();
  const product = await kit.stripe.products.create({ name: 'Team' });
  const price = await kit.stripe.prices.create({
    product: product.id,
    currency: 'usd',
    unit_amount: 900,
    recurring: { interval: 'month' },
  });
  app = createApp(kit.lockstep, { team: price.id, business: 'price_of_no_matter_here' });
}, 60_000);
afterAll(() => kit.stop());

test('a member renews while the card works, and loses access when the subscription ends at Stripe', async () => {
  const headers = { 'content-type': 'application/json' };
  const signedIn = await app.request('/sign-in', { method: 'POST', headers, body: '{"username":"ada"}' });
  const cookie = String(signedIn.headers.get('set-cookie'));
  const subscribed = await app.request('/subscribe', { method: 'POST', headers: { cookie } });
  const { id, clientSecret } = (await subscribed.json()) as { id: string; clientSecret: string };
  const status = async () =>
    ((await (await app.request('/membership', { headers: { cookie } })).json()) as { membership: { status: string } })
      .membership?.status;

  // What Stripe.js does in the browser.
  const [paymentIntent = ''] = clientSecret.split('_secret_');
  await kit.stripe.paymentIntents.confirm(paymentIntent, { payment_method: 'pm_card_visa' });
  await kit.settled();
  expect(await status()).toBe('active');

  await kit.advance(35 * DAY_MS);
  expect(await status()).toBe('active');
  expect(await kit.lockstep.query("select 1 from stripe.invoices where status = 'paid'")).toHaveLength(2);

  await kit.stripe.subscriptions.cancel(id);
  await kit.settled();
  expect(await status()).toBeUndefined();
}, 60_000);

test('a delivery that is lost is made up for', async () => {
  kit.emulator.faults.set({ lose_every: 1 });
  const { id } = await kit.stripe.customers.create({ name: 'Grace' });
  await kit.settled();
  expect(await kit.lockstep.query('select name from stripe.customers where id = $1', [id])).toEqual([
    { name: 'Grace' },
  ]);
});

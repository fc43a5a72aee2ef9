import type Stripe from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Rig } from '../../../test/rig.js';
import { refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const CARD = {
  number: '5555555555554444',
  exp_month: 12,
  exp_year: 2034,
  cvc: '123',
  name: 'Ada',
  address_zip: '1010',
};
const tokenOf = async (more: object = {}): Promise<string> => {
  const { id } = await rig.stripe.tokens.create({
    card: { ...CARD, ...more } as unknown as Stripe.TokenCreateParams.Card,
  });
  return id;
};

test('a token shows its card, without the number', async () => {
  const id = await tokenOf();
  const token = await rig.stripe.tokens.retrieve(id);
  expect(token).toMatchObject({
    object: 'token',
    type: 'card',
    used: false,
    card: { object: 'card', brand: 'MasterCard', last4: '4444', name: 'Ada', address_zip: '1010' },
  });
  expect(JSON.stringify(token)).not.toContain(CARD.number);
});

test.each([
  ['a customer', async (token: string) => rig.stripe.customers.create({ source: token })],
  ['a charge', async (token: string) => rig.stripe.charges.create({ amount: 500, currency: 'usd', source: token })],
  ['a payment method', async (token: string) => rig.stripe.paymentMethods.create({ type: 'card', card: { token } })],
])('a token can be used by %s, once', async (_what, use) => {
  const token = await tokenOf();
  await use(token);
  expect((await rig.stripe.tokens.retrieve(token)).used).toBe(true);
  expect((await refusal(use(token))).code).toBe('token_already_used');
});

test('a used token is the card it stood for', async () => {
  const { id } = await rig.stripe.customers.create({ source: await tokenOf() });
  const { data } = await rig.stripe.customers.listSources(id);
  expect(data).toMatchObject([{ object: 'card', last4: '4444', name: 'Ada', address_zip: '1010' }]);
});

test('a card that is declined is declined when its token is used', async () => {
  const token = await tokenOf({ number: '4000000000000002' });
  const charge = rig.stripe.charges.create({ amount: 500, currency: 'usd', source: token });
  expect(await refusal(charge)).toMatchObject({ statusCode: 402, code: 'card_declined' });
});

test('a card that cannot be is refused, and other tokens are not built', async () => {
  expect((await refusal(tokenOf({ number: '4242424242424241' }))).code).toBe('incorrect_number');
  expect((await rig.call('POST', '/v1/tokens', 'pii[id_number]=1')).status).toBe(501);
  expect((await rig.call('POST', '/v1/tokens', '')).status).toBe(400);
});

test('a page with the publishable key can make one', async () => {
  const { status } = await rig.call(
    'POST',
    '/v1/tokens',
    'card[number]=4242424242424242&card[exp_month]=12&card[exp_year]=34',
    { authorization: `Bearer ${rig.emulator.publishableKey}` },
  );
  expect(status).toBe(200);
});

import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operations } from '../nouns/tables.js';
import type { Rig } from '../../test/rig.js';
import { refusal, startRig } from '../../test/rig.js';
import { permissionOf } from './permission.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const client = (key: string): Stripe => new Stripe(key, { ...rig.emulator.sdk, maxNetworkRetries: 0 });

describe('a restricted key', () => {
  test('may do what its permissions allow, and may read what it may write', async () => {
    const stripe = client(rig.emulator.createRestrictedKey({ customer: 'write', plan: 'read' }));
    const { id } = await stripe.customers.create({ name: 'Ada' });
    expect((await stripe.customers.retrieve(id)).id).toBe(id);
    expect((await stripe.prices.list()).data).toEqual([]);
  });

  test('is refused everything else in Stripe’s words: a 403 that the SDK knows as a permission error', async () => {
    const key = rig.emulator.createRestrictedKey({ customer: 'read' });
    const error = await refusal(client(key).customers.create({ name: 'Ada' }));
    expect(error).toBeInstanceOf(Stripe.errors.StripePermissionError);
    expect([error.statusCode, error.rawType, error.code]).toEqual([403, 'invalid_request_error', undefined]);
    expect(error.message).toMatch(
      /^The provided key 'rk_test_\*+\w{4}' does not have the required permissions for this endpoint on account 'acct_\w+'\. Having the 'rak_customer_write' permission would allow this request to continue\.$/,
    );
    expect(error.message).not.toContain(key);
    expect((await rig.stripe.customers.list({ email: 'none@example.com' })).data).toEqual([]);
  });

  test('is made over HTTP as well, and its permissions are checked', async () => {
    const headers = { 'content-type': 'application/json' };
    const { body } = await rig.call('POST', '/_emulator/restricted_keys', '{"event":"read"}', headers);
    expect((await client(String(body.key)).events.list()).object).toBe('list');
    const refused = await rig.call('POST', '/_emulator/restricted_keys', '{"event":"all"}', headers);
    expect([refused.status, refused.body.error?.code]).toEqual([400, 'request_invalid']);
  });

  test('that was not created here may do everything, like every well-formed key', async () => {
    expect((await client('rk_test_123456789012').customers.list()).object).toBe('list');
  });

  test('is held to its permissions in a connected account too', async () => {
    const { id: stripeAccount } = await rig.stripe.accounts.create({ type: 'standard' });
    const stripe = client(rig.emulator.createRestrictedKey({ product: 'read' }));
    expect((await stripe.products.list({}, { stripeAccount })).data).toEqual([]);
    expect((await refusal(stripe.customers.list({}, { stripeAccount }))).message).toContain(stripeAccount);
  });
});

test('the permissions that operations ask for have Stripe’s names', () => {
  const named = new Map(operations.map((one) => [`${one.verb} ${one.path}`, permissionOf(one)]));
  // As they stand in error messages and key links that people have published.
  expect(
    [
      'GET /v1/customers/:id',
      'POST /v1/subscriptions',
      'POST /v1/prices',
      'GET /v1/payment_methods',
      'POST /v1/checkout/sessions',
      'GET /v1/webhook_endpoints',
      'GET /v1/events',
      'GET /v1/account',
    ].map((name) => named.get(name)),
  ).toEqual([
    'rak_customer_read',
    'rak_subscription_write',
    'rak_plan_write',
    'rak_payment_method_read',
    'rak_checkout_session_write',
    'rak_webhook_read',
    'rak_event_read',
    'rak_accounts_kyc_basic_read',
  ]);
});

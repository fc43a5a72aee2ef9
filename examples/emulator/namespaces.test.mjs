// How tests share one emulator: each has a namespace, an account of its own. All of them run at the same time here.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startEmulator } from 'lockstep/emulator';
import Stripe from 'stripe';

let emulator;
before(async () => {
  emulator = await startEmulator();
});
after(() => emulator.stop());

describe('tests at the same time', { concurrency: true }, () => {
  for (const name of ['ada', 'grace', 'mary']) {
    test(`${name} has an account of her own`, async () => {
      const stripe = new Stripe(`sk_test_ns_${name}`, emulator.sdk);
      await stripe.customers.create({ name });
      const { data } = await stripe.customers.list();
      assert.deepEqual(
        data.map((customer) => customer.name),
        [name],
      );
    });
  }
});

test('one of them moves its clock, and only its own', async (t) => {
  const namespace = emulator.namespace();
  t.after(() => namespace.drop());
  namespace.clock.advance(32 * 86_400_000);
  assert.ok(namespace.clock.get().now - emulator.clock.get().now > 31 * 86_400_000);
});

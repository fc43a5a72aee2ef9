import type { Emulator } from '../../emulator/src/emulator.js';
import type { ServiceOptions } from '../engine/config.js';
import { LockstepError } from '../kernel/error.js';
import { livemodeOf } from '../stripe/key.js';

// The service does not sweep by itself. The page does, so that it can show what was found.
const pageSweeps = {
  sweepTypes: ['customer', 'product', 'price', 'subscription'],
  sweepEveryMs: 0,
  sweepRecentEveryMs: 0,
};

/** The service's options, with the emulator as its Stripe. */
export function optionsForEmulator(emulator: Emulator, webhookSecret: string, directory: string): ServiceOptions {
  return {
    directory,
    stripeKey: emulator.secretKey,
    publishableKey: emulator.publishableKey,
    stripeApiBase: emulator.url,
    webhookSecret,
    // The emulator has no rate limits.
    ratePerEndpoint: 500,
    rateTotal: 1_000,
    ...pageSweeps,
    catchUpEveryMs: 0, // only the page's sweep may repair what the page shows as lost
  };
}

/** The service's options, with Stripe's test mode. @throws option_invalid the publishable key is missing */
export function optionsForTestMode(options: Partial<ServiceOptions>, directory: string): ServiceOptions {
  const { stripeKey, publishableKey, stripeApiBase } = options;
  const base = stripeApiBase === undefined ? {} : { stripeApiBase };
  if (publishableKey === undefined) {
    throw new LockstepError('option_invalid', "STRIPE_SECRET_KEY is set, so the demo would use Stripe's test mode", {
      hint: 'set STRIPE_PUBLISHABLE_KEY too (pk_test_…), or unset STRIPE_SECRET_KEY to use the local emulator',
    });
  }
  return { directory, ...base, stripeKey, publishableKey, feed: 'poll', ...pageSweeps };
}

/** @throws stripe_key_invalid */
export function refuseLiveKey({ stripeKey }: Partial<ServiceOptions>): void {
  if (stripeKey === undefined || !livemodeOf(stripeKey)) return;
  throw new LockstepError('stripe_key_invalid', 'STRIPE_SECRET_KEY is a live key, and the demo refuses live data', {
    hint: 'use a test key (sk_test_…), or unset STRIPE_SECRET_KEY to use the local emulator',
  });
}

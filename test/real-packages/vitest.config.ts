import { defineConfig } from 'vitest/config';
import base from '../../vitest.config.js';

/** What `npm run verify:clients` runs: the tests of `npm test`, and those whose packages are too large for it. */
export default defineConfig({
  test: {
    ...base.test,
    // Payload's plugin tries to delete at Stripe what a webhook says is deleted there, and does not wait for the refusal.
    onUnhandledError: ({ message }) => !message.startsWith('Failed to delete Stripe document'),
    include: [
      'test/real-packages/*.test.ts',
      'test/real-packages/*.verify.ts',
      'test/clients/*triggers.test.ts',
      'test/clients/stripe-cli.test.ts',
    ],
  },
});

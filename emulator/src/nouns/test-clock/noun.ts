import type Stripe from 'stripe';
import type { Noun } from '../../state/noun.js';
import { testClockOperations } from './operations.js';

export const testClock: Noun<Stripe.TestHelpers.TestClock> = {
  title: 'test clock',
  prefix: 'clock',
  created: [{ name: 'test_helpers.test_clock.created' }],
  deleted: [{ name: 'test_helpers.test_clock.deleted' }],
  searched: ['name'],
  operations: testClockOperations,
};

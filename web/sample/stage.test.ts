import { expect, it } from 'vitest';
import type { SampleSession, SampleSubscription } from '../../src/demo/sample/answers.js';
import { settled, stageOf } from './stage.js';

const subscription: SampleSubscription = {
  id: 'sub_1',
  status: 'active',
  product: 'Basic',
  price: 'price_1',
  cancelAt: null,
  trialEnd: null,
  currentPeriodEnd: null,
};
const session: SampleSession = {
  mode: 'emulator',
  user: { username: 'ada', name: 'Ada Lovelace' },
  users: [],
  publishableKey: 'pk_test_1',
  stripeJsUrl: '/v3',
  plans: [],
  profile: { stripe_customer_id: 'cus_1', stripe_subscription_id: 'sub_1' },
  subscription,
};

it.each([
  [{ ...session, user: null }, 'sign-in'],
  [{ ...session, profile: null, subscription: null }, 'create-customer'],
  [{ ...session, profile: { stripe_customer_id: '', stripe_subscription_id: '' } }, 'create-customer'],
  [{ ...session, subscription: null }, 'choose-plan'],
  [{ ...session, subscription: { ...subscription, status: 'canceled' } }, 'choose-plan'],
  [{ ...session, subscription: { ...subscription, status: 'incomplete_expired' } }, 'choose-plan'],
  [{ ...session, subscription: { ...subscription, status: 'incomplete' } }, 'finish-payment'],
  [{ ...session, subscription: { ...subscription, status: 'past_due' } }, 'member'],
  [session, 'member'],
])('what the database says decides what comes next, case %#', (given, stage) => {
  expect(stageOf(given)).toBe(stage);
});

it('paying has arrived when the subscription is neither missing nor incomplete', () => {
  expect(settled({ ...session, subscription: { ...subscription, status: 'trialing' } })).toBe(true);
  expect(settled({ ...session, subscription: { ...subscription, status: 'incomplete' } })).toBe(false);
});

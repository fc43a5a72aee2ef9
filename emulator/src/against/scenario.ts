import type { FixtureStep } from '../fixture.js';

/** Requests that are made of Stripe and of the emulator, whose answers are then compared. */
export interface Scenario {
  /** What it shows, as a sentence. */
  name: string;
  steps: readonly ScenarioStep[];
}

export interface ScenarioStep extends FixtureStep {
  /** Asks again until the answer has these values: what Stripe does in the background. */
  until?: Readonly<Record<string, unknown>>;
  /** Both are to refuse it. */
  refused?: true;
}

const MARK = { lockstep: 'against-stripe' };
const clock: ScenarioStep = {
  name: 'clock',
  path: '/v1/test_helpers/test_clocks',
  // A fixed time: both sides then have the same periods.
  params: { frozen_time: 1_893_456_000, name: 'lockstep against-stripe' },
};
const product: ScenarioStep = { name: 'product', path: '/v1/products', params: { name: 'Pro', metadata: MARK } };
const price = (name: string, amount: number, more: Record<string, unknown> = {}): ScenarioStep => ({
  name,
  path: '/v1/prices',
  params: {
    product: '${product:id}',
    currency: 'usd',
    unit_amount: amount,
    recurring: { interval: 'month' },
    ...more,
  },
});
const customer = (more: Record<string, unknown> = {}): ScenarioStep => ({
  name: 'customer',
  path: '/v1/customers',
  params: {
    email: 'ada@example.com',
    name: 'Ada',
    metadata: MARK,
    payment_method: 'pm_card_visa',
    invoice_settings: { default_payment_method: 'pm_card_visa' },
    ...more,
  },
});
const inClock = customer({ test_clock: '${clock:id}' });
const subscription = (more: Record<string, unknown> = {}): ScenarioStep => ({
  name: 'subscription',
  path: '/v1/subscriptions',
  params: { customer: '${customer:id}', items: [{ price: '${small:id}' }], ...more },
});
const get = (name: string, path: string, more: Partial<ScenarioStep> = {}): ScenarioStep => ({
  name,
  path,
  method: 'get',
  ...more,
});
const remove = (path: string): ScenarioStep => ({ name: 'removed', path, method: 'delete' });
/** Deletes the customers and subscriptions in it too. */
const removeClock = remove('/v1/test_helpers/test_clocks/${clock:id}');
const advanceTo = (time: number): ScenarioStep[] => [
  { name: 'advanced', path: '/v1/test_helpers/test_clocks/${clock:id}/advance', params: { frozen_time: time } },
  get('ready', '/v1/test_helpers/test_clocks/${clock:id}', { until: { status: 'ready' } }),
];

/** In the order of running: from what everything needs to what few need. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'a customer is created, changed, read, and deleted',
    steps: [
      { name: 'customer', path: '/v1/customers', params: { email: 'ada@example.com', metadata: MARK } },
      { name: 'changed', path: '/v1/customers/${customer:id}', params: { name: 'Ada', phone: '+15555550100' } },
      get('read', '/v1/customers/${customer:id}'),
      remove('/v1/customers/${customer:id}'),
      get('gone', '/v1/customers/${customer:id}'),
    ],
  },
  {
    name: 'what does not exist, and what is not valid, is refused',
    steps: [
      get('missing', '/v1/customers/cus_lockstep_nobody', { refused: true }),
      {
        name: 'email',
        path: '/v1/customers',
        params: { email: 'nobody' },
        refused: true,
      },
      { name: 'unknown', path: '/v1/customers', params: { nme: 'Ada' }, refused: true },
      {
        name: 'amount',
        path: '/v1/payment_intents',
        params: { amount: 10, currency: 'usd' },
        refused: true,
      },
    ],
  },
  {
    name: 'a payment succeeds, and is refunded in part',
    steps: [
      {
        name: 'payment',
        path: '/v1/payment_intents',
        params: {
          amount: 2000,
          currency: 'usd',
          payment_method: 'pm_card_visa',
          allowed_payment_method_types: ['card'],
          confirm: true,
          metadata: MARK,
        },
      },
      { name: 'refund', path: '/v1/refunds', params: { payment_intent: '${payment:id}', amount: 500 } },
      get('charge', '/v1/charges/${payment:latest_charge}'),
    ],
  },
  {
    name: 'a card is declined',
    steps: [
      {
        name: 'declined',
        path: '/v1/payment_intents',
        params: {
          amount: 2000,
          currency: 'usd',
          payment_method: 'pm_card_chargeDeclinedInsufficientFunds',
          allowed_payment_method_types: ['card'],
          confirm: true,
        },
        refused: true,
      },
    ],
  },
  {
    name: 'a subscription begins, changes its price with proration, and is canceled',
    steps: [
      clock,
      product,
      price('small', 1000),
      price('large', 3000),
      inClock,
      subscription(),
      get('invoice', '/v1/invoices/${subscription:latest_invoice}'),
      ...advanceTo(1_894_665_600),
      {
        name: 'upgraded',
        path: '/v1/subscriptions/${subscription:id}',
        params: {
          items: [{ id: '${subscription:items.data.0.id}', price: '${large:id}' }],
          proration_behavior: 'always_invoice',
        },
      },
      get('prorated', '/v1/invoices/${upgraded:latest_invoice}'),
      remove('/v1/subscriptions/${subscription:id}'),
      removeClock,
    ],
  },
  {
    name: 'a trial ends, and the first period is paid',
    steps: [
      clock,
      product,
      price('small', 1000),
      inClock,
      subscription({ trial_period_days: 7 }),
      ...advanceTo(1_894_147_200),
      get('active', '/v1/subscriptions/${subscription:id}'),
      get('invoices', '/v1/invoices', { params: { subscription: '${subscription:id}' } }),
      removeClock,
    ],
  },
  {
    name: 'a coupon takes a share off the first invoice',
    steps: [
      clock,
      product,
      price('small', 1000),
      inClock,
      {
        name: 'coupon',
        path: '/v1/coupons',
        params: { id: '${clock:id}', percent_off: 25, duration: 'once', metadata: MARK },
      },
      subscription({ discounts: [{ coupon: '${coupon:id}' }] }),
      get('invoice', '/v1/invoices/${subscription:latest_invoice}'),
      remove('/v1/coupons/${coupon:id}'),
      removeClock,
    ],
  },
];

import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { flag, hash, needed, oneOf, text, unbuiltAll } from '../../api/params.js';
import { invalid, missing } from '../../api/problem.js';
import { retrieveOperation } from '../../api/standard.js';
import type { SubscriptionItemRow } from '../subscription-item/row.js';
import type { SubscriptionRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { createSubscription, createParams } from './create.js';
import { billSubscription } from './bill.js';
import { creditUnused } from './proration.js';
import { endSubscription, hasEnded } from './end.js';
import { clockFilter } from '../test-clock/time.js';
import { updateParams, updateSubscription } from './update.js';

const STATUSES = [
  'active',
  'canceled',
  'incomplete',
  'incomplete_expired',
  'past_due',
  'paused',
  'trialing',
  'unpaid',
] as const;

export const subscriptionOperations: readonly Operation[] = [
  operation('POST /v1/subscriptions', createParams, ({ unit, params }) =>
    unit.view('subscription', createSubscription(unit, params)),
  ),
  retrieveOperation('/v1/subscriptions', 'subscription'),
  operation('POST /v1/subscriptions/:id', updateParams, ({ unit, at, params }) =>
    unit.view('subscription', updateSubscription(unit, at.id ?? '', params)),
  ),
  operation(
    'DELETE /v1/subscriptions/:id',
    {
      cancellation_details: hash({
        ...unbuiltAll('feedback_option'),
        comment: text(),
        feedback: oneOf(
          'customer_service',
          'low_quality',
          'missing_features',
          'other',
          'switched_service',
          'too_complex',
          'too_expensive',
          'unused',
        ),
      }),
      invoice_now: flag(),
      prorate: flag(),
    },
    ({ unit, at, params }) => {
      const row = unit.need('subscription', at.id ?? '');
      // Stripe does not find an ended subscription here, though a GET does.
      if (hasEnded(row)) throw missing('subscription', row.id, 'id', 404);
      const began = row.status !== 'incomplete';
      if (params.prorate === true && began) creditUnused(unit, row);
      // Before the end: its event and the answer name the last invoice.
      if (params.invoice_now === true && began) invoiceLast(unit, row);
      return unit.view('subscription', endSubscription(unit, row.id, params.cancellation_details));
    },
  ),
  listOperation('/v1/customers/:id/subscriptions', {
    type: 'subscription',
    parent: { type: 'customer', field: 'customer' },
    filters: { status: { param: oneOf(...STATUSES, 'all', 'ended'), test: hasStatus, always: true } },
  }),
  // To flexible billing and never back (https://docs.stripe.com/billing/subscriptions/billing-mode).
  operation(
    'POST /v1/subscriptions/:id/migrate',
    {
      billing_mode: needed(
        hash({
          type: needed(oneOf('flexible')),
          flexible: hash({ proration_discounts: oneOf('included', 'itemized') }),
        }),
      ),
    },
    ({ unit, at, params: { billing_mode: mode } }) => {
      const row = unit.need('subscription', at.id ?? '');
      if (hasEnded(row)) throw invalid('A canceled subscription cannot be migrated.');
      if (row.billing_mode.type === 'flexible')
        throw invalid('This subscription already has a billing mode of flexible.', 'billing_mode[type]');
      const flexible = { proration_discounts: mode.flexible?.proration_discounts ?? ('included' as const) };
      const billing_mode = { flexible, type: 'flexible' as const, updated_at: unit.now };
      return unit.view('subscription', unit.update('subscription', row.id, { billing_mode }));
    },
  ),
  listOperation('/v1/subscriptions', {
    type: 'subscription',
    filters: {
      collection_method: { param: oneOf('charge_automatically', 'send_invoice'), field: 'collection_method' },
      created: range('created'),
      customer: { param: text(), field: 'customer' },
      price: {
        param: text(),
        test: (row, price: string, unit) => itemsOf(row, unit).some((item) => item.price === price),
      },
      plan: {
        param: text(),
        test: (row, plan: string, unit) => itemsOf(row, unit).some((item) => item.price === plan),
      },
      // Without it, what has been canceled is left out.
      status: { param: oneOf(...STATUSES, 'all', 'ended'), test: hasStatus, always: true },
      test_clock: clockFilter,
      current_period_start: {
        param: range<'subscription_item'>('current_period_start').param,
        test: (row, wanted: never, unit) =>
          itemsOf(row, unit).some((item) =>
            range<'subscription_item'>('current_period_start').test?.(item, wanted, unit, {}),
          ),
      },
      current_period_end: {
        param: range<'subscription_item'>('current_period_end').param,
        test: (row, wanted: never, unit) =>
          itemsOf(row, unit).some((item) =>
            range<'subscription_item'>('current_period_end').test?.(item, wanted, unit, {}),
          ),
      },
      ...Object.fromEntries(
        Object.entries(unbuiltAll('automatic_tax', 'customer_account')).map(([name, param]) => [name, { param }]),
      ),
    },
  }),
];

const itemsOf = (row: SubscriptionRow, unit: Unit): SubscriptionItemRow[] =>
  unit.all('subscription_item', 'subscription', row.id);

function hasStatus(row: SubscriptionRow, wanted: string | undefined): boolean {
  if (wanted === 'all') return true;
  if (wanted === 'ended') return hasEnded(row);
  return wanted === undefined ? row.status !== 'canceled' : row.status === wanted;
}

/** The last invoice of an ended subscription, for what was pending. Without anything pending there is none. */
function invoiceLast(unit: Unit, row: SubscriptionRow): void {
  const pending = unit.all('invoiceitem', 'customer', idOf(row.customer)).some((item) => item.invoice === null);
  if (!pending) return;
  const { id } = billSubscription(unit, row, 'manual', []);
  unit.update('subscription', row.id, { latest_invoice: id }, []);
}

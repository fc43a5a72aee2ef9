import { invalid } from '../../api/problem.js';
import type { SubscriptionRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { collectInvoice } from '../invoice/status.js';
import { periodAfter } from './period.js';
import { billSubscription } from './bill.js';
import { endSubscription } from './end.js';
import { methodOf } from './payment-method.js';

const TRIAL_MAX_DAYS = 730;

/**
 * @throws Problem for a trial that would be over already, or longer than two years from now (stripe/stripe-ruby#804 quotes
 * the message)
 */
export function checkTrialEnd(now: number, end: number, param: string): void {
  if (end <= now) throw invalid('Invalid timestamp: must be an integer Unix timestamp in the future.', param);
  if (end <= now + TRIAL_MAX_DAYS * 86_400) return;
  throw invalid(`The maximum number of trial period days is ${TRIAL_MAX_DAYS} (2 years).`, param);
}

export const WARNED_BEFORE_SECONDS = 3 * 86_400;

/** Three days before a trial ends, or at once when it is shorter: `customer.subscription.trial_will_end`. */
export function warnOfTrialEnd(unit: Unit, id: string): void {
  const row = unit.need('subscription', id);
  if (row.status !== 'trialing' || row.trial_end === null || row.trial_end - unit.now > WARNED_BEFORE_SECONDS) return;
  unit.update('subscription', id, { hidden: { ...row.hidden, trialWarned: true } }, []);
  unit.emit('customer.subscription.trial_will_end', 'subscription', id);
}

/** A trial's end begins the paid time: `customer.subscription.updated`; without a payment method what was chosen for that. */
export function endTrial(unit: Unit, id: string): void {
  const row = unit.need('subscription', id);
  if (withoutMethod(unit, row) === 'cancel') {
    unit.update('subscription', id, { trial_end: unit.now }, []);
    endSubscription(unit, id, {}, null);
    return;
  }
  unit.around('subscription', id, () => concludeTrial(unit, id, { offSession: true, collects: true }));
  if (unit.need('subscription', id).status === 'paused') unit.emit('customer.subscription.paused', 'subscription', id);
}

/** How the invoice at a trial's end is paid. `collects`: at once, or the caller sees to it. */
export interface PaymentOfTrial {
  offSession: boolean;
  collects: boolean;
}

/** The same without an event, for a caller that makes its own. */
export function concludeTrial(unit: Unit, id: string, payment: PaymentOfTrial): void {
  const row = unit.need('subscription', id);
  if (row.status !== 'trialing') return;
  const behavior = withoutMethod(unit, row);
  unit.update('subscription', id, { trial_end: unit.now, hidden: { ...row.hidden, trialWarned: true } }, []);
  if (behavior === 'cancel') {
    endSubscription(unit, id, {}, null);
    return;
  }
  if (behavior === 'pause') {
    unit.update('subscription', id, { status: 'paused' }, []);
    return;
  }
  beginPaidTime(unit, row, payment);
}

/** What was chosen for a trial that ends without a payment method; undefined when there is one. */
function withoutMethod(unit: Unit, row: SubscriptionRow): string | undefined {
  const missing = row.collection_method === 'charge_automatically' && methodOf(unit, row) === null;
  return missing ? row.trial_settings?.end_behavior.missing_payment_method : undefined;
}

/** New periods from now on, and the invoice for them; unpaid it leaves the subscription overdue. */
export function beginPaidTime(
  unit: Unit,
  row: Pick<SubscriptionRow, 'id'>,
  { offSession, collects }: PaymentOfTrial,
  reason: 'subscription_cycle' | 'subscription_update' = 'subscription_cycle',
): void {
  const { id } = row;
  unit.update('subscription', id, { status: 'active', billing_cycle_anchor: unit.now }, []);
  for (const item of unit.all('subscription_item', 'subscription', id)) {
    const { interval = 'month', interval_count = 1 } =
      (unit.find('price', item.price) ?? item.hidden.lastPrice)?.recurring ?? {};
    unit.update('subscription_item', item.id, {
      current_period_start: unit.now,
      current_period_end: periodAfter(unit.now, interval, interval_count, unit.now),
    });
  }
  const invoice = billSubscription(unit, unit.need('subscription', id), reason);
  unit.update('subscription', id, { latest_invoice: invoice.id }, []);
  if (invoice.status === 'paid' || invoice.collection_method === 'send_invoice') return;
  if (!collects) return;
  const outcome = collectInvoice(unit, invoice.id, { offSession });
  if (outcome?.is === 'succeeded') return;
  unit.update('subscription', id, { status: 'past_due' }, []);
  const { attempt_count } = unit.need('invoice', invoice.id);
  if (idOf(invoice.customer) !== null) planRetry(unit, invoice.id, attempt_count);
}

const FIRST_RETRY_SECONDS = 3 * 86_400;

function planRetry(unit: Unit, invoice: string, attempts: number): void {
  unit.update('invoice', invoice, {
    next_payment_attempt: unit.now + FIRST_RETRY_SECONDS,
    attempt_count: Math.max(attempts, 1),
  });
}

import type { PaymentIntentRow } from '../payment-intent/row.js';
import type { SubscriptionRow } from '../subscription/row.js';
import type { Unit } from '../../state/unit.js';
import { finishCheckout } from './complete.js';
import { invoicePayment } from './invoice.js';

/** A payment succeeded: its open session completes, and a session whose debit took days reports the success. */
export function settlePaid(unit: Unit, { payment }: { payment: PaymentIntentRow }): void {
  for (const row of unit.all('checkout.session', 'payment_intent', payment.id)) {
    if (row.status === 'open') finishCheckout(unit, row.id, 'paid');
    if (row.status !== 'complete' || row.payment_status !== 'unpaid') continue;
    unit.update('checkout.session', row.id, { payment_status: 'paid' });
    invoicePayment(unit, unit.need('checkout.session', row.id));
    unit.emit('checkout.session.async_payment_succeeded', 'checkout.session', row.id);
  }
}

/** A debit came back after its session had completed: the session reports the failure. */
export function reportReturned(unit: Unit, { payment }: { payment: PaymentIntentRow }): void {
  for (const row of unit.all('checkout.session', 'payment_intent', payment.id)) {
    if (row.status !== 'complete' || row.payment_status !== 'unpaid') continue;
    unit.emit('checkout.session.async_payment_failed', 'checkout.session', row.id);
  }
}

/** A subscription's first invoice was paid after a challenge: its open session completes. */
export function completeSubscribed(unit: Unit, { subscription }: { subscription: SubscriptionRow }): void {
  for (const row of unit.all('checkout.session', 'subscription', subscription.id)) {
    if (row.status === 'open') finishCheckout(unit, row.id, 'paid');
  }
}

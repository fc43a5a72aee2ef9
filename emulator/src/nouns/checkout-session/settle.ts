import type { Unit } from '../../state/unit.js';
import { finishCheckout } from './complete.js';
import { invoicePayment } from './invoice.js';

/**
 * A payment ended: so does what its checkout session waited for. An open session completes, one whose debit took days
 * hears how that went.
 */
export function checkoutSettled(unit: Unit, paymentIntent: string, succeeded: boolean): void {
  for (const row of unit.all('checkout.session', 'payment_intent', paymentIntent)) {
    if (row.status === 'open' && succeeded) finishCheckout(unit, row.id, 'paid');
    if (row.status !== 'complete' || row.payment_status !== 'unpaid') continue;
    if (succeeded) {
      unit.update('checkout.session', row.id, { payment_status: 'paid' });
      invoicePayment(unit, unit.need('checkout.session', row.id));
    }
    unit.emit(`checkout.session.async_payment_${succeeded ? 'succeeded' : 'failed'}`, 'checkout.session', row.id);
  }
}

/** A subscription's first invoice was paid after a challenge: its open session completes. */
export function checkoutSubscribed(unit: Unit, subscription: string): void {
  for (const row of unit.all('checkout.session', 'subscription', subscription)) {
    if (row.status === 'open') finishCheckout(unit, row.id, 'paid');
  }
}

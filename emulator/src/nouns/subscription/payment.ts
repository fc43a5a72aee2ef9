import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { checkoutSubscribed } from '../checkout-session/settle.js';

const REVIVED: ReadonlySet<string> = new Set(['incomplete', 'past_due', 'unpaid']);

/**
 * A paid invoice makes its subscription active, or begins the trial whose pending items it was for; the method that paid
 * it becomes the default where that was asked for.
 */
export function subscriptionPaid(unit: Unit, id: string, invoice: string, payment: string | null): void {
  const subscription = unit.need('subscription', id);
  if (!REVIVED.has(subscription.status) || subscription.latest_invoice !== invoice) return;
  const method = idOf(unit.find('payment_intent', payment)?.payment_method);
  const saves = subscription.payment_settings?.save_default_payment_method === 'on_subscription';
  const tried = subscription.status === 'incomplete' && (subscription.trial_end ?? 0) > unit.now;
  unit.update('subscription', id, {
    status: tried ? 'trialing' : 'active',
    ...(saves && method !== null ? { default_payment_method: method } : {}),
  });
  checkoutSubscribed(unit, id);
}

/** A later invoice that fails makes an active subscription overdue; the first one leaves it incomplete. */
export function subscriptionUnpaid(unit: Unit, id: string): void {
  if (unit.need('subscription', id).status === 'active') unit.update('subscription', id, { status: 'past_due' });
}

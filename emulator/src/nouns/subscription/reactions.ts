import type { InvoiceRow } from '../invoice/row.js';
import type { SetupIntentRow } from '../setup-intent/row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';

const REVIVED: ReadonlySet<string> = new Set(['incomplete', 'past_due', 'unpaid']);

/**
 * A paid invoice makes its subscription active, or begins the trial whose pending items it was for. The method that paid
 * it becomes the default if `save_default_payment_method` says so.
 */
export function activate(unit: Unit, { invoice, payment }: { invoice: InvoiceRow; payment: string | null }): void {
  if (invoice.hidden.subscription === null) return;
  const subscription = unit.need('subscription', invoice.hidden.subscription);
  if (!REVIVED.has(subscription.status) || subscription.latest_invoice !== invoice.id) return;
  const method = idOf(unit.find('payment_intent', payment)?.payment_method);
  const saves = subscription.payment_settings?.save_default_payment_method === 'on_subscription';
  const tried = subscription.status === 'incomplete' && (subscription.trial_end ?? 0) > unit.now;
  const revived = unit.update('subscription', subscription.id, {
    status: tried ? 'trialing' : 'active',
    ...(saves && method !== null ? { default_payment_method: method } : {}),
  });
  unit.react('subscription.paid', { subscription: revived });
}

/** A later invoice that fails makes an active subscription overdue; the first one leaves it incomplete. */
export function becomeOverdue(unit: Unit, { invoice }: { invoice: InvoiceRow }): void {
  const id = invoice.hidden.subscription;
  if (id === null) return;
  const { status, hidden } = unit.need('subscription', id);
  // A change that waits for its payment leaves the subscription as it is.
  if (status !== 'active' || hidden.pending?.invoice === invoice.id) return;
  unit.update('subscription', id, { status: 'past_due' });
}

/** A subscription that waited for a payment method uses the one that was set up. */
export function useSetUpMethod(unit: Unit, { setup }: { setup: SetupIntentRow }): void {
  const subscription = unit.find('subscription', setup.hidden.subscription);
  if (subscription?.pending_setup_intent !== setup.id) return;
  unit.update('subscription', subscription.id, {
    pending_setup_intent: null,
    default_payment_method: idOf(setup.payment_method),
  });
}

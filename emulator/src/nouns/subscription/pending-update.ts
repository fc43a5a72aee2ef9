import type Stripe from 'stripe';
import { invalid } from '../../api/problem.js';
import { given } from '../../api/standard.js';
import type { InvoiceRow } from '../invoice/row.js';
import { collectInvoice, voidInvoice } from '../invoice/status.js';
import type { SubscriptionItemRow } from '../subscription-item/row.js';
import { itemView } from '../subscription-item/view.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import type { PendingChange, SubscriptionRow } from './row.js';

const LASTS_SECONDS = 23 * 3600;

/** What can wait for its payment (https://docs.stripe.com/billing/subscriptions/pending-updates-reference). */
const SUPPORTED: readonly string[] = [
  ...['add_invoice_items', 'billing_cycle_anchor', 'cancel_at_period_end', 'discounts', 'items', 'metadata'],
  ...['off_session', 'payment_behavior', 'plan', 'price', 'proration_behavior', 'proration_date', 'quantity'],
  ...['subscription', 'trial_end', 'trial_from_plan'],
];

/** @throws Problem for a change that cannot wait */
export function checkCanWait(row: SubscriptionRow, sent: object): void {
  const other = Object.keys(sent).filter((name) => !SUPPORTED.includes(name));
  const behavior = '`payment_behavior` is `pending_if_incomplete`';
  if (other.length > 0) {
    throw invalid(`When ${behavior}, these parameters are not supported: ${other.join(', ')}.`, other[0]);
  }
  if (row.collection_method === 'send_invoice') {
    throw invalid(`When ${behavior}, the subscription must be charged automatically.`, 'payment_behavior');
  }
}

/**
 * A change that is made only if the invoice for it is paid. If it is not, the subscription stays as it was, and
 * `pending_update` has what it would be. One event reports either.
 * @param work makes the change and finalizes its invoice, but does not collect it
 */
export function waitForPayment(
  unit: Unit,
  id: string,
  sent: { off_session?: boolean },
  work: () => void,
): SubscriptionRow {
  return unit.around('subscription', id, () => {
    const before = unit.need('subscription', id);
    const items = itemsOf(unit, id);
    work();
    const after = unit.need('subscription', id);
    const invoice = unit.find('invoice', idOf(after.latest_invoice));
    if (invoice?.status !== 'open' || invoice.id === idOf(before.latest_invoice)) return;
    const pending: PendingChange = { invoice: invoice.id, items: itemsOf(unit, id), row: changedFields(before, after) };
    putItems(unit, id, items);
    unit.update(
      'subscription',
      id,
      {
        ...before,
        latest_invoice: invoice.id,
        pending_update: shown(unit, pending, expiry(unit, before, items)),
        hidden: { ...before.hidden, pending },
      },
      [],
    );
    collectInvoice(unit, invoice.id, { offSession: sent.off_session });
    const { hidden } = unit.need('subscription', id);
    if (hidden.pending === undefined) return;
    unit.update('subscription', id, { hidden: { ...hidden, pending: { ...pending, waits: true } } }, []);
  });
}

const itemsOf = (unit: Unit, id: string): SubscriptionItemRow[] => unit.all('subscription_item', 'subscription', id);

/** Makes the items of a subscription exactly these. */
function putItems(unit: Unit, id: string, wanted: readonly SubscriptionItemRow[]): void {
  for (const item of itemsOf(unit, id)) {
    if (!wanted.some((one) => one.id === item.id)) unit.remove('subscription_item', item.id, []);
  }
  for (const item of wanted) {
    if (unit.find('subscription_item', item.id) === undefined) unit.insert('subscription_item', item, []);
    else unit.replace('subscription_item', item);
  }
}

/** The fields that a change would change, but for those that name its invoice. */
function changedFields(before: SubscriptionRow, after: SubscriptionRow): Partial<SubscriptionRow> {
  const kept = new Set(['latest_invoice', 'pending_update']);
  return Object.fromEntries(
    Object.entries(after).filter(
      ([name, value]) =>
        !kept.has(name) && JSON.stringify(value) !== JSON.stringify(before[name as keyof SubscriptionRow]),
    ),
  );
}

function expiry(unit: Unit, row: SubscriptionRow, items: readonly SubscriptionItemRow[]): number {
  const ends = items.map((item) => item.current_period_end).filter((end) => end > unit.now);
  const trial = row.status === 'trialing' && row.trial_end !== null ? [row.trial_end] : [];
  return Math.min(unit.now + LASTS_SECONDS, ...ends, ...trial);
}

function shown(unit: Unit, { items, row }: PendingChange, expires_at: number): Stripe.Subscription.PendingUpdate {
  return {
    billing_cycle_anchor: row.billing_cycle_anchor ?? null,
    cancel_at_period_end: row.cancel_at_period_end ?? null,
    discount: null,
    discounts: row.discounts ?? null,
    expires_at,
    metadata: row.metadata ?? null,
    subscription_items: items.map((item) => itemView(item, unit)) as unknown as Stripe.SubscriptionItem[],
    trial_end: row.trial_end ?? null,
    trial_from_plan: null,
  };
}

/** The invoice of a pending change was paid: `customer.subscription.pending_update_applied`. */
export function applyPending(unit: Unit, { invoice }: { invoice: InvoiceRow }): void {
  const row = unit.find('subscription', invoice.hidden.subscription);
  const pending = row?.hidden.pending;
  if (row === undefined || pending?.invoice !== invoice.id) return;
  const hidden = given({ ...row.hidden, ...pending.row.hidden, pending: undefined }) as SubscriptionRow['hidden'];
  const work = (): void => {
    putItems(unit, row.id, pending.items);
    unit.update('subscription', row.id, { ...pending.row, pending_update: null, hidden }, []);
  };
  // Paid at the first try, it never waited: the event of the change itself reports it.
  if (pending.waits !== true) return work();
  unit.around('subscription', row.id, work);
  unit.emit('customer.subscription.pending_update_applied', 'subscription', row.id);
}

/** A pending change is given up, and its invoice with it: `customer.subscription.pending_update_expired`. */
export function expirePending(unit: Unit, id: string): void {
  const pending = unit.need('subscription', id).hidden.pending;
  if (pending === undefined) return;
  const invoice = unit.find('invoice', pending.invoice);
  if (invoice?.status === 'open') voidInvoice(unit, invoice.id);
  else forget(unit, id);
}

/** The invoice of a pending change was voided. */
export function dropPending(unit: Unit, { invoice }: { invoice: InvoiceRow }): void {
  const row = unit.find('subscription', invoice.hidden.subscription);
  if (row !== undefined && row.hidden.pending?.invoice === invoice.id) forget(unit, row.id);
}

function forget(unit: Unit, id: string): void {
  const kept = unit.need('subscription', id).hidden;
  const hidden = given({ ...kept, pending: undefined }) as SubscriptionRow['hidden'];
  unit.update('subscription', id, { pending_update: null, hidden });
  unit.emit('customer.subscription.pending_update_expired', 'subscription', id);
}

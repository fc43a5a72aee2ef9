import type { InvoiceRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { collectInvoice, defaultMethod, finalizeInvoice, invoiceFailed, voidInvoice } from './status.js';
import { markUncollectible } from './uncollectible.js';
import type { Life } from '../../clock/life.js';
import { endSubscription, hasEnded } from '../subscription/end.js';

const HOUR = 3600;
const DAY = 86_400;
/** How long a draft waits for an answer to its webhook (https://docs.stripe.com/billing/invoices/workflow). */
const WEBHOOK_WAIT_SECONDS = 72 * HOUR;
/** Waits after the first, second … failed payment; then Stripe gives up (its classic schedule of retries). */
const RETRY_DAYS = [3, 5, 7];

/** Drafts finalize, open invoices are collected and retried. */
export const invoiceLife: Life<InvoiceRow> = {
  clock: (row) => idOf(row.test_clock),
  due: (row) => {
    if (row.auto_advance !== true) return null;
    if (row.status === 'open') return row.next_payment_attempt;
    if (row.status !== 'draft' || row.automatically_finalizes_at === null) return null;
    // In a test clock no webhook could be answered in time.
    const told = row.webhooks_delivered_at !== null || row.test_clock !== null;
    return told ? row.automatically_finalizes_at : row.created + WEBHOOK_WAIT_SECONDS;
  },
  act: (unit, row) => {
    if (row.status === 'draft') begin(unit, row);
    else collect(unit, row.id);
  },
};

/** The webhook of a draft was answered, so the draft waits no longer. */
export function invoiceTold(unit: Unit, id: string): void {
  const row = unit.find('invoice', id);
  if (row?.status === 'draft') unit.update('invoice', id, { webhooks_delivered_at: unit.now }, []);
}

function begin(unit: Unit, row: InvoiceRow): void {
  const paused = unit.find('subscription', row.hidden.subscription)?.pause_collection?.behavior;
  const open = finalizeInvoice(unit, row.id);
  if (open.status !== 'open') return;
  if (paused === 'void') voidInvoice(unit, row.id);
  else if (paused === 'mark_uncollectible') markUncollectible(unit, row.id);
  else if (row.collection_method === 'charge_automatically') collect(unit, row.id);
  else unit.update('invoice', row.id, { next_payment_attempt: null });
}

/** Tries to collect, and plans the next try where that fails; after the last one the subscription ends. */
function collect(unit: Unit, id: string): void {
  unit.update('invoice', id, { next_payment_attempt: null }, []);
  const outcome =
    defaultMethod(unit, unit.need('invoice', id)) === undefined
      ? undefined
      : collectInvoice(unit, id, { offSession: true });
  if (outcome?.is === 'succeeded') return;
  if (outcome === undefined) invoiceFailed(unit, id);
  const row = unit.need('invoice', id);
  const days = RETRY_DAYS[row.attempt_count - 1];
  if (days !== undefined) {
    unit.update('invoice', id, { next_payment_attempt: unit.now + days * DAY });
    return;
  }
  const subscription = unit.find('subscription', row.hidden.subscription);
  if (subscription !== undefined && !hasEnded(subscription))
    endSubscription(unit, subscription.id, {}, 'payment_failed');
}

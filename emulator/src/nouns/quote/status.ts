import { invalid } from '../../api/problem.js';
import { given } from '../../api/standard.js';
import type { ItemRow } from '../item/row.js';
import type { SubscriptionRow } from '../subscription/row.js';
import type { QuoteRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { draftInvoice } from '../invoice/draft.js';
import { newInvoiceItem } from '../invoice-item/operations.js';
import { lineOf } from '../invoice-item/line.js';
import { itemsOf, quantitySent } from '../item/operations.js';
import { createSubscription } from '../subscription/create.js';

/** `quote.finalized`: it can now be accepted, and no longer edited. */
export function finalizeQuote(unit: Unit, id: string, expiresAt: number | undefined): QuoteRow {
  const row = unit.need('quote', id);
  if (row.status !== 'draft') throw wrongState(row, 'finalize', 'draft');
  if (itemsOf(unit, id).length === 0) throw invalid('A quote without line items cannot be finalized.', 'line_items');
  const finalized = [...unit.store.tables.quote.walk()].filter(({ number }) => number !== null).length;
  unit.update('quote', id, {
    status: 'open',
    number: `QT-EMULATOR-${String(finalized + 1).padStart(4, '0')}-1`,
    expires_at: expiresAt ?? row.expires_at,
    status_transitions: { ...row.status_transitions, finalized_at: unit.now },
  });
  unit.emit('quote.finalized', 'quote', id);
  return unit.need('quote', id);
}

/** `quote.canceled`. */
export function cancelQuote(unit: Unit, id: string): QuoteRow {
  const row = unit.need('quote', id);
  if (row.status !== 'draft' && row.status !== 'open') throw wrongState(row, 'cancel', 'draft or open');
  unit.update('quote', id, {
    status: 'canceled',
    status_transitions: { ...row.status_transitions, canceled_at: unit.now },
  });
  unit.emit('quote.canceled', 'quote', id);
  return unit.need('quote', id);
}

/** `quote.accepted`: it becomes a subscription, or a draft invoice if nothing recurs. */
export function acceptQuote(unit: Unit, id: string): QuoteRow {
  const row = unit.need('quote', id);
  if (row.status !== 'open') throw wrongState(row, 'accept', 'open');
  const customer = idOf(row.customer);
  if (customer === null) throw invalid('You must set a `customer` before accepting a quote.', 'customer');
  const lines = itemsOf(unit, id);
  const recurring = lines.filter(({ price }) => unit.find('price', price)?.recurring != null);
  const once = lines.filter((line) => !recurring.includes(line));
  const items = once.map((line) => newInvoiceItem(unit, { customer, price: line.price, quantity: line.quantity ?? 1 }));
  const made: Partial<QuoteRow> = {};
  if (recurring.length > 0) {
    const subscription = quotedSubscription(unit, row, customer, recurring);
    made.subscription = subscription.id;
    made.invoice = idOf(subscription.latest_invoice);
  } else {
    made.invoice = draftInvoice(
      unit,
      {
        customer: unit.need('customer', customer),
        currency: row.currency ?? 'usd',
        billingReason: 'manual',
        collectionMethod: row.collection_method as 'charge_automatically' | 'send_invoice',
        autoAdvance: false,
        period: { start: unit.now, end: unit.now },
        discounts: row.discounts.map((discount) => idOf(discount) ?? ''),
        patch: { parent: { quote_details: { quote: id }, subscription_details: null, type: 'quote_details' } },
      },
      items.map((item) => lineOf(unit, item)),
    ).id;
    for (const item of items) unit.update('invoiceitem', item.id, { invoice: made.invoice }, []);
  }
  unit.update('quote', id, {
    ...made,
    status: 'accepted',
    status_transitions: { ...row.status_transitions, accepted_at: unit.now },
  });
  unit.emit('quote.accepted', 'quote', id);
  return unit.need('quote', id);
}

/** The subscription that a quote becomes, for its lines that recur. */
function quotedSubscription(
  unit: Unit,
  row: QuoteRow,
  customer: string,
  recurring: readonly ItemRow[],
): SubscriptionRow {
  const discounts = row.discounts.map((discount) => ({ discount: idOf(discount) ?? '' }));
  const { trial_period_days, description, metadata } = row.subscription_data;
  return createSubscription(
    unit,
    given({
      customer,
      items: recurring.map((line) => ({
        price: line.price,
        ...quantitySent(line),
        tax_rates: line.hidden.tax_rates,
      })),
      collection_method: row.collection_method as 'charge_automatically' | 'send_invoice',
      days_until_due:
        row.collection_method === 'send_invoice' ? (row.invoice_settings.days_until_due ?? 30) : undefined,
      default_tax_rates: (row.default_tax_rates ?? []).map((rate) => idOf(rate) ?? ''),
      discounts,
      description: description ?? undefined,
      metadata: metadata ?? undefined,
      trial_period_days: trial_period_days ?? undefined,
      off_session: true,
      payment_behavior: 'default_incomplete' as const,
    }) as Parameters<typeof createSubscription>[1],
    { pays: true },
  );
}

const wrongState = (row: QuoteRow, what: string, wanted: string): Error =>
  invalid(
    `You can only ${what} a quote that is ${wanted}; this one is ${row.status}.`,
    undefined,
    'quote_not_editable',
  );

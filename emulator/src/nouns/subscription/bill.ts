import type Stripe from 'stripe';
import type { InvoiceItemRow } from '../invoice-item/row.js';
import type { InvoiceRow } from '../invoice/row.js';
import type { PriceRow } from '../price/row.js';
import type { SubscriptionItemRow } from '../subscription-item/row.js';
import type { SubscriptionRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { amountOf } from '../price/amount.js';
import { written } from '../price/currency.js';
import { taxOfInvoice } from '../shared/automatic-tax.js';
import { liveDiscounts } from '../discount/operations.js';
import { shareOf } from './anchor.js';
import type { LineSent } from '../invoice/draft.js';
import { draftInvoice } from '../invoice/draft.js';
import { lineOf } from '../invoice-item/line.js';
import { usageOf } from '../meter-event/operations.js';
import { finalizeInvoice } from '../invoice/status.js';

/** The invoice for the items' current periods and what is pending, finalized; in a trial its lines are free. */
export function billSubscription(
  unit: Unit,
  row: Pick<SubscriptionRow, 'id'>,
  reason: Stripe.Invoice.BillingReason,
  items = unit.all('subscription_item', 'subscription', row.id),
): InvoiceRow {
  return finalizeInvoice(unit, draftForSubscription(unit, row, { reason, items }).id);
}

export interface Billed {
  reason: Stripe.Invoice.BillingReason;
  /** The items whose current periods the invoice is for. */
  items: readonly SubscriptionItemRow[];
  patch?: Partial<InvoiceRow>;
}

/** The draft of a subscription's next invoice. */
export function draftForSubscription(
  unit: Unit,
  row: Pick<SubscriptionRow, 'id'>,
  { reason, items, patch }: Billed,
): InvoiceRow {
  const subscription = unit.need('subscription', row.id);
  const customer = unit.need('customer', idOf(subscription.customer) ?? '');
  const sends = subscription.collection_method === 'send_invoice';
  const pending = pendingItems(unit, subscription);
  const draft = draftInvoice(
    unit,
    {
      customer,
      currency: subscription.currency,
      subscription: subscription.id,
      discounts: liveDiscounts(unit, subscription.discounts),
      defaultTaxRates: subscription.default_tax_rates ?? [],
      subscriptionMetadata: subscription.metadata,
      billingReason: reason,
      collectionMethod: sends ? 'send_invoice' : 'charge_automatically',
      autoAdvance: true,
      period: { start: unit.now, end: unit.now },
      patch: {
        automatic_tax: taxOfInvoice(subscription.automatic_tax),
        ...(sends ? { due_date: unit.now + (subscription.days_until_due ?? 30) * 86_400 } : {}),
        ...patch,
      },
    },
    [...pending.map((item) => lineOf(unit, item)), ...items.map((item) => periodLine(unit, subscription, item))],
  );
  for (const item of pending) unit.update('invoiceitem', item.id, { invoice: draft.id }, []);
  return draft;
}

/** The customer's items that wait for an invoice: those of this subscription and those of none. */
function pendingItems(unit: Unit, { id, customer, currency }: SubscriptionRow): InvoiceItemRow[] {
  return unit.all('invoiceitem', 'customer', idOf(customer)).filter((item) => {
    const owner = item.parent?.subscription_details?.subscription ?? id;
    return item.invoice === null && item.currency === currency && owner === id;
  });
}

/** Whether an endpoint's answer to `invoice.created` holds a renewal back. */
export function endpointsWait(unit: Unit): boolean {
  return [...unit.store.tables.webhook_endpoint.walk()].some(
    ({ status, enabled_events }) =>
      status === 'enabled' && enabled_events.some((name) => name === '*' || name === 'invoice.created'),
  );
}

function periodLine(unit: Unit, subscription: SubscriptionRow, item: SubscriptionItemRow): LineSent {
  const price = unit.find('price', item.price) ?? item.hidden.lastPrice ?? null;
  const used = usedBefore(unit, subscription, item, price);
  const quantity = used?.quantity ?? item.quantity ?? 0;
  const trial = subscription.status === 'trialing';
  const name = productName(unit, price);
  const share = shareOf(subscription, item, price);
  return {
    amount: trial || price === null ? 0 : Math.round(amountOf(price, quantity) * share),
    description: trial ? `Trial period for ${name}` : `${quantity} × ${name} (at ${rate(price)})`,
    price,
    quantity,
    period: used?.period ?? { start: item.current_period_start, end: item.current_period_end },
    subscription: subscription.id,
    metadata: {},
    discounts: liveDiscounts(unit, item.discounts),
    taxRates: (item.tax_rates ?? []).map(({ id }) => id),
    parent: {
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: null,
        proration: share < 1,
        proration_details: null,
        subscription: subscription.id,
        subscription_item: item.id,
      },
      type: 'subscription_item_details',
    },
  };
}

/** Usage is billed when its period is over; undefined for what is billed ahead. */
function usedBefore(
  unit: Unit,
  subscription: SubscriptionRow,
  item: SubscriptionItemRow,
  price: PriceRow | null,
): { quantity: number; period: { start: number; end: number } } | undefined {
  const meter = price?.recurring?.meter ?? null;
  if (meter === null || item.hidden.previousStart === undefined) return undefined;
  const period = { start: item.hidden.previousStart, end: item.current_period_start };
  const used = usageOf(unit, meter, idOf(subscription.customer) ?? '', { from: period.start, to: period.end });
  return { quantity: used ?? 0, period };
}

export function productName(unit: Unit, price: PriceRow | null): string {
  return unit.find('product', price?.product)?.name ?? 'Subscription';
}

function rate(price: PriceRow | null): string {
  const { interval = 'month', interval_count = 1 } = price?.recurring ?? {};
  const every = interval_count === 1 ? interval : `every ${interval_count} ${interval}s`;
  return `${written(price?.unit_amount ?? 0, price?.currency ?? 'usd')} / ${every}`;
}

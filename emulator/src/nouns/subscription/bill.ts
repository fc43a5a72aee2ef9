import type Stripe from 'stripe';
import type { InvoiceItemRow } from '../invoice-item/row.js';
import type { InvoiceRow } from '../invoice/row.js';
import type { PriceRow } from '../price/row.js';
import type { SubscriptionItemRow } from '../subscription-item/row.js';
import type { SubscriptionRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { given } from '../../api/standard.js';
import { amountOf, countedBy, graduated, volumeTier } from '../price/amount.js';
import { written } from '../price/currency.js';
import { taxOfInvoice } from '../shared/automatic-tax.js';
import { liveDiscounts } from '../discount/operations.js';
import { shareOf } from './anchor.js';
import { backdatedLines } from './backdate.js';
import { saidOnInvoice } from './invoice-settings.js';
import { priceOfItem } from './item-price.js';
import type { LineSent } from '../invoice/draft.js';
import { draftInvoice } from '../invoice/draft.js';
import { lineOf } from '../invoice-item/line.js';
import { usageOf } from '../meter-event/usage.js';
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
        ...saidOnInvoice(subscription.invoice_settings),
        ...(sends ? { due_date: unit.now + (subscription.days_until_due ?? 30) * 86_400 } : {}),
        ...patch,
      },
    },
    [...pending.map((item) => lineOf(unit, item)), ...items.flatMap((item) => periodLines(unit, subscription, item))],
  );
  for (const item of pending) unit.update('invoiceitem', item.id, { invoice: draft.id }, []);
  return draft;
}

/** The customer's items that wait for an invoice: those of this subscription and those of none. */
export function pendingItems(unit: Unit, { id, customer, currency }: SubscriptionRow): InvoiceItemRow[] {
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

const FINALIZES_AFTER_SECONDS = 3600;

/** A draft that nobody asked for is finalized an hour later, unless collection is paused. */
export function renewalPatch(
  unit: Unit,
  { pause_collection: pause, test_clock }: SubscriptionRow,
): Partial<InvoiceRow> {
  const kept = pause?.behavior === 'keep_as_draft';
  return {
    auto_advance: !kept,
    automatically_finalizes_at: kept ? null : unit.now + FINALIZES_AFTER_SECONDS,
    webhooks_delivered_at: endpointsWait(unit) && test_clock === null ? null : unit.now,
  };
}

/** An item's lines for its current period: one, or one for each tier that a graduated price reaches. */
function periodLines(unit: Unit, subscription: SubscriptionRow, item: SubscriptionItemRow): LineSent[] {
  const price = priceOfItem(unit, item) ?? null;
  const used = usedBefore(unit, subscription, item, price);
  const quantity = used?.quantity ?? item.quantity ?? 0;
  const share = shareOf(subscription, item, price);
  const same = {
    price,
    period: used?.period ?? { start: item.current_period_start, end: item.current_period_end },
    subscription: subscription.id,
    metadata: {},
    discounts: liveDiscounts(unit, item.discounts),
    taxRates: (item.tax_rates ?? []).map(({ id }) => id),
    parent: periodParent(subscription, item, share < 1),
  };
  const name = productName(unit, price);
  const before = backdatedLines(subscription, item, price, (more) => ({
    ...same,
    ...more,
    description: `${quantity} × ${name} (backdated)`,
    quantity,
    parent: periodParent(subscription, item, true),
  }));
  if (subscription.status === 'trialing') {
    return [...before, { ...same, amount: 0, description: `Trial period for ${name}`, quantity }];
  }
  const amounts = price === null ? [{ amount: 0, count: quantity, at: 'at $0.00' }] : pricedParts(price, quantity);
  const current = amounts.map(({ amount, count, at, unitAmount }) => ({
    ...same,
    ...given({ unitAmount }),
    amount: Math.round(amount * share),
    description: `${count} × ${name} (${at})`,
    quantity: count,
  }));
  return [...before, ...current];
}

interface PricedPart {
  amount: number;
  count: number;
  /** As the line says it: `at $5.00 / month`, `Tier 1 at $5.00 / month`. */
  at: string;
  unitAmount?: string | null;
}

function pricedParts(price: PriceRow, quantity: number): PricedPart[] {
  const tiers = price.billing_scheme === 'tiered' ? (price.tiers ?? []) : [];
  const tierAt = (tier: number): Pick<PricedPart, 'at' | 'unitAmount'> => {
    const amount = tiers[tier - 1]?.unit_amount_decimal ?? '0';
    return { at: `Tier ${tier} at ${rate(price, Number(amount))}`, unitAmount: amount };
  };
  if (tiers.length === 0) {
    return [{ amount: amountOf(price, quantity), count: quantity, at: `at ${rate(price, price.unit_amount ?? 0)}` }];
  }
  const counted = countedBy(price, quantity);
  if (price.tiers_mode === 'graduated') {
    return graduated(tiers, counted).map(({ tier, count, amount }) => ({ amount, count, ...tierAt(tier) }));
  }
  return [{ amount: amountOf(price, quantity), count: quantity, ...tierAt(volumeTier(tiers, counted) + 1) }];
}

const periodParent = (
  subscription: SubscriptionRow,
  item: SubscriptionItemRow,
  proration: boolean,
): LineSent['parent'] => ({
  invoice_item_details: null,
  subscription_item_details: {
    invoice_item: null,
    proration,
    proration_details: null,
    subscription: subscription.id,
    subscription_item: item.id,
  },
  type: 'subscription_item_details',
});

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

function rate({ currency, recurring }: PriceRow, amount: number): string {
  const { interval = 'month', interval_count = 1 } = recurring ?? {};
  const every = interval_count === 1 ? interval : `every ${interval_count} ${interval}s`;
  return `${written(amount, currency)} / ${every}`;
}

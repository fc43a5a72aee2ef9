import type Stripe from 'stripe';
import type { InvoiceRow, PriceRow, SubscriptionItemRow, SubscriptionRow } from '../state/rows.js';
import type { Unit } from '../state/unit.js';
import { idOf } from '../state/unit.js';
import { amountOf, written } from './amount.js';
import type { LineSent } from './invoice-draft.js';
import { draftInvoice } from './invoice-draft.js';
import { finalizeInvoice } from './invoice-status.js';

/** The invoice for the items' current periods, finalized; in a trial its lines are free. */
export function billSubscription(unit: Unit, row: SubscriptionRow, reason: Stripe.Invoice.BillingReason): InvoiceRow {
  const subscription = unit.need('subscription', row.id);
  const customer = unit.need('customer', idOf(subscription.customer) ?? '');
  const sends = subscription.collection_method === 'send_invoice';
  const lines = unit
    .all('subscription_item', 'subscription', subscription.id)
    .map((item) => lineOf(unit, subscription, item));
  const draft = draftInvoice(
    unit,
    {
      customer,
      currency: subscription.currency,
      subscription: subscription.id,
      subscriptionMetadata: subscription.metadata,
      billingReason: reason,
      collectionMethod: sends ? 'send_invoice' : 'charge_automatically',
      autoAdvance: true,
      period: { start: unit.now, end: unit.now },
      patch: sends ? { due_date: unit.now + (subscription.days_until_due ?? 30) * 86_400 } : {},
    },
    lines,
  );
  return finalizeInvoice(unit, draft.id);
}

function lineOf(unit: Unit, subscription: SubscriptionRow, item: SubscriptionItemRow): LineSent {
  const price = unit.find('price', item.price) ?? item.hidden.lastPrice ?? null;
  const quantity = item.quantity ?? 0;
  const trial = subscription.status === 'trialing';
  const name = unit.find('product', typeof price?.product === 'string' ? price.product : null)?.name ?? 'Subscription';
  return {
    amount: trial || price === null ? 0 : amountOf(price, quantity),
    description: trial ? `Trial period for ${name}` : `${quantity} × ${name} (at ${rate(price)})`,
    price,
    quantity,
    period: { start: item.current_period_start, end: item.current_period_end },
    subscription: subscription.id,
    metadata: {},
    parent: {
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: null,
        proration: false,
        proration_details: null,
        subscription: subscription.id,
        subscription_item: item.id,
      },
      type: 'subscription_item_details',
    },
  };
}

function rate(price: PriceRow | null): string {
  const { interval = 'month', interval_count = 1 } = price?.recurring ?? {};
  const every = interval_count === 1 ? interval : `every ${interval_count} ${interval}s`;
  return `${written(price?.unit_amount ?? 0, price?.currency ?? 'usd')} / ${every}`;
}

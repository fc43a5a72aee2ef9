import type Stripe from 'stripe';
import { invalid } from '../api/problem.js';
import { written } from '../nouns/price/currency.js';
import { updateSubscription } from '../nouns/subscription/update.js';
import type { PriceRow } from '../nouns/price/row.js';
import type { SubscriptionRow } from '../nouns/subscription/row.js';
import type { Unit } from '../state/unit.js';
import type { Html } from './html.js';
import { html } from './html.js';
import { namesOf } from './portal-parts.js';

type Update = Stripe.BillingPortal.Configuration.Features.SubscriptionUpdate;

/** The prices that a subscription may be switched to: those of the configuration's products, but for its own. */
function offered(unit: Unit, row: SubscriptionRow, update: Update): PriceRow[] {
  const [item, ...more] = unit.all('subscription_item', 'subscription', row.id);
  // As at Stripe, only a subscription with one price can be switched.
  if (!update.enabled || !update.default_allowed_updates.includes('price') || more.length > 0) return [];
  const prices = (update.products ?? []).flatMap((product) => product.prices).map((id) => unit.find('price', id));
  return prices.filter(
    (price): price is PriceRow => price?.active === true && price.id !== item?.price && price.currency === row.currency,
  );
}

export function switchForm(unit: Unit, row: SubscriptionRow, update: Update): Html | null {
  const prices = offered(unit, row, update);
  if (prices.length === 0) return null;
  const option = (price: PriceRow): Html => {
    const name = unit.find('product', price.product)?.name ?? 'Plan';
    const { interval = 'month' } = price.recurring ?? {};
    return html`<option value="${price.id}">
      ${name}, ${written(price.unit_amount ?? 0, price.currency)} / ${interval}
    </option>`;
  };
  return html`<form method="post">
    <input type="hidden" name="subscription" value="${row.id}" />
    <label
      >Switch ${namesOf(unit, row)} to
      <select name="price">
        ${prices.map(option)}
      </select></label
    >
    <button class="quiet" name="action" value="switch">Switch plan</button>
  </form>`;
}

export function switchPrice(unit: Unit, row: SubscriptionRow, update: Update, price: string | null): void {
  const wanted = offered(unit, row, update).find(({ id }) => id === price);
  if (wanted === undefined) throw invalid('You cannot switch subscriptions to that price here.');
  const [item] = unit.all('subscription_item', 'subscription', row.id);
  applyUpdate(unit, row, update, { items: [{ id: item?.id ?? '', price: wanted.id }] });
}

/** A change as the configuration bills it. A payment that fails undoes it. A trial ends unless the configuration keeps it. */
export function applyUpdate(
  unit: Unit,
  row: SubscriptionRow,
  update: Update,
  sent: Pick<Parameters<typeof updateSubscription>[2], 'discounts' | 'items'>,
): SubscriptionRow {
  const ends = row.status === 'trialing' && update.enabled && update.trial_update_behavior === 'end_trial';
  return updateSubscription(unit, row.id, {
    ...sent,
    payment_behavior: 'error_if_incomplete',
    proration_behavior: (update.enabled ? update.proration_behavior : 'create_prorations') as
      'always_invoice' | 'create_prorations' | 'none',
    ...(update.billing_cycle_anchor === 'now' ? { billing_cycle_anchor: 'now' as const } : {}),
    ...(ends ? { trial_end: 'now' as const } : {}),
  });
}

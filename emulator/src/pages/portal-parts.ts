import type Stripe from 'stripe';
import { written } from '../nouns/price/currency.js';
import type { PriceRow } from '../nouns/price/row.js';
import { hasEnded } from '../nouns/subscription/end.js';
import type { SubscriptionRow } from '../nouns/subscription/row.js';
import type { Unit } from '../state/unit.js';
import { idOf } from '../state/unit.js';
import { cardFields } from './card-fields.js';
import type { Html } from './html.js';
import { html } from './html.js';

interface Owner {
  customer: string;
}

export type Features = Stripe.BillingPortal.Configuration['features'];

/** The customer's subscriptions that have not ended. */
export const liveOf = (unit: Unit, { customer }: Owner): SubscriptionRow[] =>
  unit.all('subscription', 'customer', customer).filter((one) => !hasEnded(one));

/** What a subscription is for, with what it costs. */
export const namesOf = (unit: Unit, row: SubscriptionRow): string =>
  unit
    .all('subscription_item', 'subscription', row.id)
    .map(({ price, quantity }) => nameOf(unit, unit.find('price', price), quantity))
    .join('; ');

export function nameOf(unit: Unit, price: PriceRow | undefined, quantity = 1): string {
  const count = quantity === 1 ? '' : `${quantity} × `;
  return `${count}${unit.find('product', price?.product)?.name ?? 'Plan'}, ${written(price?.unit_amount ?? 0, price?.currency ?? 'usd')}`;
}

/** The customer's, or what the newest subscription is paid with. */
export function card(unit: Unit, row: Owner, features: Features): Html | null {
  const id = idOf(unit.need('customer', row.customer).invoice_settings.default_payment_method);
  const method = unit.find('payment_method', id ?? idOf(liveOf(unit, row).at(-1)?.default_payment_method ?? null));
  if (!features.payment_method_update.enabled) return null;
  return html`<h2>Card</h2>
    <p>${method?.card === undefined ? 'No card on file.' : `${method.card.brand} ending in ${method.card.last4}`}</p>
    <form method="post">
      ${cardFields()}
      <button name="action" value="card">Use this card</button>
    </form>`;
}

export function details(unit: Unit, row: Owner, { customer_update }: Features): Html | null {
  if (!customer_update.enabled) return null;
  const { email, name } = unit.need('customer', row.customer);
  return html`<h2>Details</h2>
    <form method="post">
      <label>Email <input name="email" type="email" value="${email}" /></label>
      <label>Name <input name="name" value="${name}" /></label>
      <button class="quiet" name="action" value="details">Save details</button>
    </form>`;
}

import { given } from '../../api/standard.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { itemsOf, quantitySent } from '../item/operations.js';
import type { CheckoutSent } from './create.js';
import { createCheckout } from './create.js';
import { discountsOf } from './lines.js';
import type { CheckoutSessionRow } from './row.js';

/** A session like one that has expired, for the customer who comes back; null if that is over as well. */
export function recoverCheckout(unit: Unit, id: string): CheckoutSessionRow | null {
  const row = unit.find('checkout.session', id);
  const recovery = row?.after_expiration?.recovery;
  if (row?.status !== 'expired' || recovery?.enabled !== true || (recovery.expires_at ?? 0) < unit.now) return null;
  const sent = given({
    allow_promotion_codes: recovery.allow_promotion_codes || undefined,
    cancel_url: row.cancel_url ?? undefined,
    client_reference_id: row.client_reference_id ?? undefined,
    customer: idOf(row.customer) ?? undefined,
    customer_email: row.customer_email ?? undefined,
    discounts: row.discounts === null || row.discounts.length === 0 ? undefined : discountsOf(row.discounts),
    line_items: itemsOf(unit, id).map((line) => ({
      price: line.price,
      ...quantitySent(line),
      tax_rates: line.hidden.tax_rates,
    })),
    metadata: row.metadata ?? undefined,
    mode: row.mode,
    payment_intent_data: row.mode === 'payment' ? row.hidden.paymentIntent : undefined,
    payment_method_types: row.payment_method_types,
    subscription_data: row.mode === 'subscription' ? row.hidden.subscription : undefined,
    success_url: row.success_url ?? undefined,
  });
  return createCheckout(unit, sent as CheckoutSent, { recovered_from: id });
}

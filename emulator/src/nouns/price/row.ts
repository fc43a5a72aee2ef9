import type Stripe from 'stripe';
import type { CurrencyOption } from './currency-options.js';

/** Decimals are text in JSON; the SDK's type is its decoded form. */
export type PriceRow = Omit<Stripe.Price, 'unit_amount_decimal' | 'tiers' | 'currency_options' | 'product'> & {
  product: string;
  unit_amount_decimal: string | null;
  tiers?: Tier[];
  /** In other currencies than its own. */
  currency_options?: Record<string, CurrencyOption>;
};

export interface Tier {
  flat_amount: number | null;
  flat_amount_decimal: string | null;
  unit_amount: number | null;
  unit_amount_decimal: string | null;
  up_to: number | null;
}

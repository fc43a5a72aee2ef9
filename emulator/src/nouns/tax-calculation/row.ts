import type Stripe from 'stripe';

/** `lines`: what was calculated for each line. */
export type TaxCalculationRow = Omit<Stripe.Tax.Calculation, 'id' | 'line_items'> & {
  id: string;
  hidden: { lines: Stripe.Tax.CalculationLineItem[] };
};

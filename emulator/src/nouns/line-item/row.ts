import type Stripe from 'stripe';

export type LineItemRow = Omit<Stripe.InvoiceLineItem, 'pricing' | 'quantity_decimal' | 'invoice'> & {
  invoice: string;
  quantity_decimal: string | null;
  /** `credited`: of a credit, the ids of the debits that it takes back; `credits`: what billing credits paid of the line. */
  hidden: { tax_rates: string[]; credited?: string[]; credits?: { amount: number; transaction: string }[] };
  pricing: {
    type: 'price_details';
    price_details: { price: string; product: string };
    unit_amount_decimal: string | null;
  } | null;
};

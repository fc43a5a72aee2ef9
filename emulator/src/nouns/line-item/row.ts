import type Stripe from 'stripe';

export type LineItemRow = Omit<Stripe.InvoiceLineItem, 'pricing' | 'quantity_decimal' | 'invoice'> & {
  invoice: string;
  quantity_decimal: string | null;
  hidden: { tax_rates: string[] };
  pricing: {
    type: 'price_details';
    price_details: { price: string; product: string };
    unit_amount_decimal: string | null;
  } | null;
};

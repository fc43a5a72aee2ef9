import type Stripe from 'stripe';
import type { LineItemRow } from '../line-item/row.js';

export type InvoiceItemRow = Omit<Stripe.InvoiceItem, 'pricing' | 'quantity_decimal'> & {
  quantity_decimal: string | null;
  pricing: LineItemRow['pricing'];
};

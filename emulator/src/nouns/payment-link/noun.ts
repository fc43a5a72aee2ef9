import type Stripe from 'stripe';
import type { Noun } from '../../state/noun.js';
import { lineItems } from '../item/operations.js';
import { paymentLinkOperations } from './operations.js';

export const paymentLink: Noun<Stripe.PaymentLink> = {
  title: 'payment link',
  prefix: 'plink',
  created: [{ name: 'payment_link.created' }],
  updated: [{ name: 'payment_link.updated' }],
  searched: ['url'],
  operations: paymentLinkOperations,
  expansions: { parts: { line_items: (id, unit) => lineItems(unit, `/v1/payment_links/${id}/line_items`, id) } },
};

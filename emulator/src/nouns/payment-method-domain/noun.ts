import type Stripe from 'stripe';
import type { Noun } from '../../state/noun.js';
import { domainOperations } from './operations.js';

/** Stripe sends no event about a domain. */
export const paymentMethodDomain: Noun<Stripe.PaymentMethodDomain> = {
  title: 'payment method domain',
  prefix: 'pmd',
  operations: domainOperations,
};

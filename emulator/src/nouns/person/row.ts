import type Stripe from 'stripe';

export type PersonRow = Stripe.Person;

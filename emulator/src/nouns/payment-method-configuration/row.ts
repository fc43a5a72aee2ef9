import type Stripe from 'stripe';

export type ConfigurationRow = Stripe.PaymentMethodConfiguration;

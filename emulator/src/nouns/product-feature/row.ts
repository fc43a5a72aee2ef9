import type Stripe from 'stripe';

export type ProductFeatureRow = Omit<Stripe.ProductFeature, 'entitlement_feature'> & {
  entitlement_feature: string;
  hidden: { product: string };
};

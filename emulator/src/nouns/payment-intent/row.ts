import type Stripe from 'stripe';

/** What the payer does without a page, at a time of their own: approves, or refuses for a reason. */
export interface PayerPlan {
  at: number;
  /** The test clock of their customer. */
  clock: string | null;
  refusal: PayerRefusal | null;
}

/** Why no money came. */
export interface PayerRefusal {
  code: string;
  message: string;
}

export type PaymentIntentRow = Stripe.PaymentIntent & {
  hidden: { invoice: string | null; error_on_requires_action: boolean; payer?: PayerPlan | null };
};

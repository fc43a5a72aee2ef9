import type Stripe from 'stripe';

export type VerificationReportRow = Stripe.Identity.VerificationReport;

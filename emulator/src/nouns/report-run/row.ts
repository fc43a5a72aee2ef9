import type Stripe from 'stripe';

export type ReportRunRow = Omit<Stripe.Reporting.ReportRun, 'result'> & { result: string | null };

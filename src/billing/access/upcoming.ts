import type Stripe from 'stripe';
import type { Chance } from '../../kernel/chance.js';
import type { Gateway } from '../../stripe/gateway.js';
import { factsOf } from '../../stripe/failure.js';
import { explainStripe } from '../explain.js';

/**
 * An invoice that is not there yet, as Stripe computes it. Amounts are whole numbers in the currency's smallest unit, negative
 * where they are credited. Source: Stripe's "Create a preview invoice".
 */
export interface Upcoming {
  /** Three letters, lower case, such as `eur`. */
  currency: string;
  /** Before discounts and taxes. */
  subtotal: number;
  /** After discounts and taxes. */
  total: number;
  /** What would be charged: the total less credit. */
  amountDue: number;
  /** Of the invoice itself, which may differ from what its lines are for. */
  periodStart: Date | null;
  /** See `periodStart`. */
  periodEnd: Date | null;
  /** When it would be paid; null: it would be sent, or nothing is due. */
  nextPaymentAttempt: Date | null;
  /** The first ten at most, as Stripe sends them. */
  lines: UpcomingLine[];
}

/** A line of an invoice that is not there yet. */
export interface UpcomingLine {
  /** In words, as the customer will read it. */
  description: string | null;
  /** In the currency's smallest unit; negative: a credit. */
  amount: number;
  /** Whether it settles what a change left unused or owed. */
  proration: boolean;
  /** From when on this line is for. */
  periodStart: Date | null;
  /** Until when this line is for. */
  periodEnd: Date | null;
}

/** Asks Stripe; null where no invoice would come (`invoice_upcoming_none`). @throws stripe_unreachable, stripe_refused */
export async function previewInvoice(
  { gateway, chance }: { gateway: Gateway; chance: Chance },
  parameters: Readonly<Record<string, unknown>>,
): Promise<Upcoming | null> {
  try {
    const options = { idempotencyKey: chance.uuid() };
    const invoice = await gateway.post('/v1/invoices/create_preview', parameters, options);
    return upcomingOf(invoice as unknown as Stripe.Invoice);
  } catch (error) {
    if (factsOf(error)['code'] === 'invoice_upcoming_none') return null;
    throw explainStripe(error);
  }
}

function upcomingOf(invoice: Stripe.Invoice): Upcoming {
  return {
    currency: invoice.currency,
    subtotal: invoice.subtotal,
    total: invoice.total,
    amountDue: invoice.amount_due,
    periodStart: timeOf(invoice.period_start),
    periodEnd: timeOf(invoice.period_end),
    nextPaymentAttempt: timeOf(invoice.next_payment_attempt),
    lines: invoice.lines.data.map(({ description, amount, parent, period }) => ({
      description,
      amount,
      // Since API version 2025-03-31 on the line's parent, by its kind.
      proration: (parent?.invoice_item_details ?? parent?.subscription_item_details)?.proration ?? false,
      periodStart: timeOf(period.start),
      periodEnd: timeOf(period.end),
    })),
  };
}

function timeOf(seconds: number | null): Date | null {
  return seconds === null ? null : new Date(seconds * 1_000);
}

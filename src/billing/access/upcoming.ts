import type Stripe from 'stripe';
import type { Chance } from '../../kernel/chance.js';
import type { Gateway } from '../../stripe/gateway.js';
import { factsOf } from '../../stripe/failure.js';
import { explainStripe } from '../explain.js';

/**
 * An invoice that does not exist yet, as Stripe computes it. Amounts are whole numbers in the currency's smallest unit.
 * A negative amount is a credit. Source: Stripe's "Create a preview invoice".
 */
export interface Upcoming {
  /** Three letters, lower case, such as `eur`. */
  currency: string;
  /** Before discounts and taxes. */
  subtotal: number;
  /** After discounts and taxes. */
  total: number;
  /** The amount that would be charged: the total less the customer's credit. */
  amountDue: number;
  /** The start of the invoice's own period, which may differ from the periods of its lines. */
  periodStart: Date | null;
  /** The end of the invoice's own period. */
  periodEnd: Date | null;
  /** When it would be charged; null: it would be sent, or nothing is due. */
  nextPaymentAttempt: Date | null;
  /** The first ten at most, as Stripe sends them. */
  lines: UpcomingLine[];
}

/** A line of an invoice that does not exist yet. */
export interface UpcomingLine {
  /** The text that the customer will see. */
  description: string | null;
  /** In the currency's smallest unit; negative: a credit. */
  amount: number;
  /** Whether the line is a proration: a credit or a charge for a part of a period, after a change. */
  proration: boolean;
  /** The start of the period that this line is for. */
  periodStart: Date | null;
  /** The end of the period that this line is for. */
  periodEnd: Date | null;
}

/**
 * Asks Stripe. Null if there will be no invoice (`invoice_upcoming_none`).
 * @throws stripe_unreachable, stripe_refused
 */
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
      // Since API version 2025-03-31, it is in the line's parent, in a field for each kind of parent.
      proration: (parent?.invoice_item_details ?? parent?.subscription_item_details)?.proration ?? false,
      periodStart: timeOf(period.start),
      periodEnd: timeOf(period.end),
    })),
  };
}

function timeOf(seconds: number | null): Date | null {
  return seconds === null ? null : new Date(seconds * 1_000);
}

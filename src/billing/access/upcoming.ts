import type { Chance } from '../../kernel/chance.js';
import type { Gateway, StripeObject } from '../../stripe/gateway.js';
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
    return upcomingOf(await gateway.post('/v1/invoices/create_preview', parameters, { idempotencyKey: chance.uuid() }));
  } catch (error) {
    if (factsOf(error)['code'] === 'invoice_upcoming_none') return null;
    throw explainStripe(error);
  }
}

function upcomingOf(invoice: StripeObject): Upcoming {
  const lines = (invoice['lines'] as { data?: StripeObject[] } | undefined)?.data ?? [];
  return {
    currency: String(invoice['currency']),
    subtotal: Number(invoice['subtotal']),
    total: Number(invoice['total']),
    amountDue: Number(invoice['amount_due']),
    periodStart: timeOf(invoice['period_start']),
    periodEnd: timeOf(invoice['period_end']),
    nextPaymentAttempt: timeOf(invoice['next_payment_attempt']),
    lines: lines.map((line) => {
      const period = line['period'] as { start?: number; end?: number } | undefined;
      return {
        description: (line['description'] as string | null | undefined) ?? null,
        amount: Number(line['amount']),
        proration: isProration(line),
        periodStart: timeOf(period?.start),
        periodEnd: timeOf(period?.end),
      };
    }),
  };
}

// Since API version 2025-03-31 on the line's parent, by its kind.
function isProration(line: StripeObject): boolean {
  const parent = line['parent'] as Record<string, { proration?: boolean } | null> | null | undefined;
  return Object.values(parent ?? {}).some((details) => typeof details === 'object' && details?.proration === true);
}

function timeOf(seconds: unknown): Date | null {
  return typeof seconds === 'number' ? new Date(seconds * 1_000) : null;
}

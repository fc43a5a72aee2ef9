import type { PaymentIntentRow } from './row.js';

/** For which later payments the method is kept: as its type's options say, else as the intent says. Null for none. */
export function futureUsage(intent: PaymentIntentRow, type: string): string | null {
  const options = intent.payment_method_options as Record<string, { setup_future_usage?: string } | undefined> | null;
  const usage = options?.[type]?.setup_future_usage ?? intent.setup_future_usage;
  return usage === 'none' ? null : usage;
}

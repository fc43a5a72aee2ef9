import { invalid } from '../../api/problem.js';

/** Who is sent an invoice must know until when to pay it. */
export function checkDays({
  collection_method: method,
  days_until_due: days,
}: {
  collection_method?: string | undefined;
  days_until_due?: number | null | undefined;
}): void {
  const known = days !== undefined && days !== null;
  if (method === 'send_invoice' && !known) {
    throw invalid(
      'If `collection_method` is set to `send_invoice`, you must specify `days_until_due`.',
      'days_until_due',
      'parameter_missing',
    );
  }
  if (method !== 'send_invoice' && known) {
    throw invalid(
      'You can only specify `days_until_due` if `collection_method` is set to `send_invoice`.',
      'days_until_due',
    );
  }
}

import { messageOf } from '../kernel/error.js';
import { factsOf } from '../stripe/failure.js';
import { mayPass } from './retry.js';

/** "Stripe returned 500 while listing customers (req_1). Run it again." */
export function failureText(error: unknown, doing: string): string {
  const { status, requestId } = factsOf(error);
  const request = typeof requestId === 'string' ? ` (${requestId})` : '';
  const again = mayPass(error) ? ' Run it again.' : '';
  if (typeof status !== 'number') return `${ended(`${messageOf(error)} while ${doing}${request}`)}${again}`;
  const words = status >= 500 || status === 429 ? '' : `: ${messageOf(error)}`;
  return `${ended(`Stripe returned ${status} while ${doing}${request}${words}`)}${again}`;
}

function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

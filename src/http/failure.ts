import type { Log } from '../kernel/log.js';
import { LockstepError, messageOf, type ErrorCode } from '../kernel/error.js';

const statusOf: Readonly<Partial<Record<ErrorCode, number>>> = {
  webhook_refused: 400,
  request_invalid: 400,
  option_invalid: 400,
  price_not_found: 400,
  promotion_code_invalid: 400,
  return_url_refused: 400,
  payment_failed: 402,
  unauthorized: 401,
  forbidden: 403,
  price_not_allowed: 403,
  event_not_found: 404,
  user_not_found: 404,
  subscription_not_found: 404,
  customer_stale: 409,
  customer_taken: 409,
  profile_refused: 409,
  already_subscribed: 409,
  schedule_conflict: 409,
  request_in_progress: 409,
  idempotency_conflict: 409,
  cursor_invalid: 400,
  cursor_expired: 410,
  cursor_foreign: 410,
  body_too_large: 413,
  stripe_refused: 422,
  too_many_attempts: 429,
  stripe_unreachable: 502,
  database_unreachable: 503,
  inbox_full: 503,
  database_forbidden: 503,
  stopped: 503,
  timed_out: 504,
};

/** The cause of a 503 usually ends by itself within seconds. */
const RETRY_AFTER_S = '5';

export interface ErrorAnswer {
  status: number;
  error: { code: string; message: string; hint?: string };
}

/** Turns an error into an answer: `{ error: { code, message, hint } }`. */
export function failureResponse(error: unknown, log: Log): Response {
  const { status, text, headers } = failureAnswer(error, log);
  return new Response(text, { status, headers: { 'content-type': 'application/json', ...headers } });
}

/** A JSON answer that is not sent yet. */
export interface JsonAnswer {
  status: number;
  text: string;
  headers: Readonly<Record<string, string>>;
}

/** The same, for code that does not use Fetch responses. */
export function failureAnswer(error: unknown, log: Log): JsonAnswer {
  const { status, error: said } = failureOf(error, log);
  const headers: Record<string, string> = status === 503 ? { 'retry-after': RETRY_AFTER_S } : {};
  return { status, text: JSON.stringify({ error: said }), headers };
}

/** The part of an error that the caller may see. An unexpected error is logged and not shown. */
export function failureOf(error: unknown, log: Log): ErrorAnswer {
  const known = error instanceof LockstepError ? error : new LockstepError('internal', 'Internal error');
  const status = statusOf[known.code] ?? 500;
  if (status === 500) log.error({ event: 'http.failed', code: known.code, reason: messageOf(error) });
  const { code, message, hint } = known;
  return { status, error: { code, message, ...(hint === undefined ? {} : { hint }) } };
}

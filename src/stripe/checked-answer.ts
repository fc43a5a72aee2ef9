import Stripe from 'stripe';
import type { Clock } from '../kernel/clock.js';
import { objectionTo, type Expected } from './answer.js';
import type { StripeAnswer, Client, Request } from './client.js';
import { UnusableAnswer, type Unusable } from './unusable.js';

/** The client, mode, and account of a request. */
export interface Asking {
  readonly client: Client;
  readonly livemode: boolean;
  /** The connected account that the request is for. Undefined: the key's own account. */
  readonly account: string | undefined;
  readonly clock: Clock;
}

/**
 * Sends a request. Returns the answer if its object is the expected one.
 * @throws UnusableAnswer the object is another one
 */
export async function sendChecked(
  asking: Asking,
  request: Request,
  expected: Omit<Expected, 'livemode'>,
): Promise<StripeAnswer> {
  const answer = await sendFor(asking, request);
  refuse(objectionTo(answer.object, { ...expected, livemode: asking.livemode }), request, answer);
  return answer;
}

/** Sends one request for the account. The object in the answer is not checked yet. */
export function sendFor({ client, account }: Asking, request: Request): Promise<StripeAnswer> {
  const own = account === undefined ? {} : { stripeAccount: account };
  return client.send({ ...request, options: { ...own, ...request.options } });
}

/** @throws UnusableAnswer there is an objection */
export function refuse(
  objection: ReturnType<typeof objectionTo>,
  { method, endpoint }: Request,
  { arrived }: StripeAnswer,
): void {
  if (objection === undefined) return;
  const [reason, words]: readonly [Unusable, string] = objection;
  throw new UnusableAnswer(reason, `the answer to ${method} ${endpoint} is not what was asked for: ${words}`, {
    httpStatus: arrived.statusCode,
    requestId: arrived.headers['request-id'],
  });
}

/** When Stripe answered, by its own clock: the answer's `Date`, in whole seconds. */
export function dateOf({ arrived }: StripeAnswer, clock: Clock): Date {
  return parseDate(arrived.headers['date'], clock);
}

/** The same for an answer that is an error. */
export function errorDateOf(error: unknown, clock: Clock): Date {
  return parseDate(error instanceof Stripe.errors.StripeError ? error.headers?.['date'] : undefined, clock);
}

// Without a Date, the read is dated now. That is never before Stripe's answer, so no older snapshot is shown over it.
function parseDate(header: string | undefined, clock: Clock): Date {
  const at = header === undefined ? NaN : Date.parse(header);
  return Number.isNaN(at) ? clock.now() : new Date(at);
}

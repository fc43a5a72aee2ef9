import Stripe from 'stripe';
import type { Clock } from '../kernel/clock.js';
import { objectionTo, type Expected } from './answer.js';
import type { StripeAnswer, Client, Request } from './client.js';
import { UnusableAnswer, type Unusable } from './unusable.js';

/** Who asks, and for what mode and account. */
export interface Asking {
  readonly client: Client;
  readonly livemode: boolean;
  /** The connected account it asks for; undefined: the key's own. */
  readonly account: string | undefined;
  readonly clock: Clock;
}

/**
 * The answer, where its object is the one that was asked for.
 * @throws UnusableAnswer it is not
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

/** One request for the account; its answer is not yet looked at. */
export function sendFor({ client, account }: Asking, request: Request): Promise<StripeAnswer> {
  const own = account === undefined ? {} : { stripeAccount: account };
  return client.send({ ...request, options: { ...own, ...request.options } });
}

/** @throws UnusableAnswer where there is an objection */
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

/** The same of an answer that is an error. */
export function errorDateOf(error: unknown, clock: Clock): Date {
  return parseDate(error instanceof Stripe.errors.StripeError ? error.headers?.['date'] : undefined, clock);
}

// Without a Date the read is dated now: never earlier than Stripe's answer, so nothing older is shown over it.
function parseDate(header: string | undefined, clock: Clock): Date {
  const at = header === undefined ? NaN : Date.parse(header);
  return Number.isNaN(at) ? clock.now() : new Date(at);
}

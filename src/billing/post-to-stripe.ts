import { createHash } from 'node:crypto';
import type { Chance } from '../kernel/chance.js';
import type { Clock } from '../kernel/clock.js';
import { stripeFailureOf, worthRetrying } from '../stripe/failure.js';
import type { Gateway, StripeObject } from '../stripe/gateway.js';

export interface PostDeps {
  gateway: Gateway;
  clock: Clock;
  chance: Chance;
}

const TRIES = 5;

/**
 * Writes at Stripe, again with the same key where it did not answer: nothing is done twice. The caller says of which type the
 * answer is.
 * @throws Stripe's last error
 */
export async function post<Answer = StripeObject>(
  { gateway, clock, chance }: PostDeps,
  path: string,
  parameters: Readonly<Record<string, unknown>>,
  idempotencyKey: string = chance.uuid(),
): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await gateway.post(path, parameters, { idempotencyKey })) as Answer;
    } catch (error) {
      if (!worthRetrying(stripeFailureOf(error)) || attempt === TRIES) throw error;
      await clock.sleep(pauseMs(attempt, chance));
    }
  }
}

/** What is gone already need not be ended. */
export async function orGone(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (stripeFailureOf(error) !== 'missing') throw error;
  }
}

/** How long to wait after an attempt that failed: twice as long each time, less up to half of it by chance. */
export function pauseMs(attempt: number, chance: Chance): number {
  return 100 * 2 ** attempt * (0.5 + chance.number() / 2);
}

/** An address with its ids escaped: address`/v1/customers/${id}`. */
export function address(parts: TemplateStringsArray, ...ids: readonly unknown[]): string {
  return String.raw({ raw: parts }, ...ids.map((id) => encodeURIComponent(String(id))));
}

/**
 * The key for Stripe behind a caller's own, which is unique only among the same user's requests of one kind. undefined: the
 * caller has none.
 */
export function keyBehind(userId: string, kind: string, given: string): string;
export function keyBehind(userId: string, kind: string, given: string | undefined): string | undefined;
export function keyBehind(userId: string, kind: string, given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  return createHash('sha256')
    .update(JSON.stringify([userId, kind, given]))
    .digest('hex');
}

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
 * Sends a write to Stripe. If Stripe does not answer, it is sent again with the same idempotency key, so that nothing
 * is done twice. The caller names the type of the answer.
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

/** Resolves too if Stripe says that the object is already gone. */
export async function orGone(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (stripeFailureOf(error) !== 'missing') throw error;
  }
}

/** How long to wait after a failed attempt: twice as long each time, minus a random part of up to half. */
export function pauseMs(attempt: number, chance: Chance): number {
  return 100 * 2 ** attempt * (0.5 + chance.number() / 2);
}

/** A path with escaped ids: address`/v1/customers/${id}`. */
export function address(parts: TemplateStringsArray, ...ids: readonly unknown[]): string {
  return String.raw({ raw: parts }, ...ids.map((id) => encodeURIComponent(String(id))));
}

/**
 * The idempotency key that is sent to Stripe for a caller's own key. The caller's key is unique only among one user's
 * requests of one kind. Undefined if the caller has none.
 */
export function keyBehind(userId: string, kind: string, given: string): string;
export function keyBehind(userId: string, kind: string, given: string | undefined): string | undefined;
export function keyBehind(userId: string, kind: string, given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  return createHash('sha256')
    .update(JSON.stringify([userId, kind, given]))
    .digest('hex');
}

import { LockstepError } from '../../kernel/error.js';
import { factsOf } from '../../stripe/failure.js';
import type { Billing } from '../billing.js';
import { keyBehind, post } from '../post-to-stripe.js';
import type { User, UserRef } from '../users/users.js';
import type { SellingDeps } from './deps.js';

/** A user's usage of a metered price. Source: Stripe's "Record usage for billing". */
export interface UsageReport {
  /** The user who is billed for it. */
  user: UserRef;
  /** The meter's `event_name`. */
  meter: string;
  /** How much was used: a whole or decimal number. A negative one reduces the usage. */
  value: number;
  /** When it was used. At most 35 days ago. Default: now. */
  at?: Date | undefined;
  /** Reports with the same id are counted once, for at least 24 hours. Default: none. */
  id?: string | undefined;
}

export function createUsage(deps: SellingDeps): Billing['usage'] {
  return {
    report: async (usage) => report(deps, await deps.users.find(usage.user), usage),
  };
}

async function report(deps: SellingDeps, user: User, usage: UsageReport): Promise<'counted' | 'duplicate'> {
  const { customers, chance } = deps;
  const { meter, value, at, id } = usage;
  if (!Number.isFinite(value)) {
    throw new LockstepError('request_invalid', 'The usage must be a number', {
      hint: 'use a number such as 12 or 0.5',
    });
  }
  const { id: customer } = await customers.ensure(user);
  const parameters = {
    event_name: meter,
    identifier: keyBehind(user.id, `usage ${meter}`, id) ?? chance.uuid(),
    payload: { stripe_customer_id: customer, value: String(value) },
    ...(at === undefined ? {} : { timestamp: Math.floor(at.getTime() / 1_000) }),
  };
  return customers.unlessStale(customer, async () => {
    try {
      await post(deps, '/v1/billing/meter_events', parameters);
      return 'counted';
    } catch (error) {
      if (isRepeated(error)) return 'duplicate';
      throw error;
    }
  });
}

// Stripe refuses an identifier that it has seen within the last 24 hours.
function isRepeated(error: unknown): boolean {
  const { code, param } = factsOf(error);
  return code === 'resource_already_exists' || (param === 'identifier' && /exist/i.test(String(error)));
}

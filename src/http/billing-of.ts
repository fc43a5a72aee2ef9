import type { Billing } from '../billing/billing.js';
import type { Engine } from '../engine/engine.js';
import { LockstepError } from '../kernel/error.js';

/** @throws option_invalid the app's tables are not configured */
export function billingOf(engine: Engine): Billing {
  if (engine.billing !== null) return engine.billing;
  throw new LockstepError('option_invalid', 'Billing needs a users table and a profile table', {
    hint: 'name them with the option users, or create tables users and user_profiles',
  });
}

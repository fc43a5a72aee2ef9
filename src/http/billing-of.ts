import type { Billing } from '../billing/billing.js';
import type { Engine } from '../engine/engine.js';
import { LockstepError } from '../kernel/error.js';

/** @throws option_invalid the app's tables are not configured */
export function billingOf(engine: Engine): Billing {
  if (engine.billing !== null) return engine.billing;
  throw new LockstepError('option_invalid', 'the users of this app are not configured', {
    hint: 'name the users and profile tables with the option users, or make tables users and user_profiles',
  });
}

import type { Billing } from '../billing/billing.js';
import type { Users } from '../billing/users/users.js';
import type { Engine } from '../engine/engine.js';
import { LockstepError } from '../kernel/error.js';

/** @throws option_invalid the app's tables are not configured */
export function billingOf({ billing }: Engine): Billing {
  return configured(billing);
}

/** @throws option_invalid the app's tables are not configured */
export function usersOf({ users }: Engine): Users {
  return configured(users);
}

function configured<Part>(part: Part | null): Part {
  if (part !== null) return part;
  throw new LockstepError('option_invalid', 'Billing needs a users table and a profile table', {
    hint: 'name them with the option users, or create tables users and user_profiles',
  });
}

import type { Billing } from '../billing.js';
import { openCheckout } from './checkout.js';
import type { SellingDeps } from './deps.js';
import { openPortal, openSetup } from './portal.js';

export function createSessions(deps: SellingDeps): Billing['sessions'] {
  const { users } = deps;
  return {
    checkout: async (request) => openCheckout(deps, await users.find(request.user), request),
    portal: async (request) => openPortal(deps, await users.find(request.user), request),
    setup: async (request) => openSetup(deps, await users.find(request.user), request),
  };
}

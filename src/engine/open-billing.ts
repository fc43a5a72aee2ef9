import { createBilling, type Billing, type BillingDeps } from '../billing/billing.js';
import { createOwnWrites } from '../billing/own-writes.js';
import type { BillingConfig } from '../billing/settings.js';
import { createRelinking, type Gap, type Relinking } from '../billing/users/relink.js';
import type { Users } from '../billing/users/users.js';
import { OVERLAP_MS, POLL_FEED, type PollDeps } from '../feeds/poll.js';

type OpenBillingDeps = Omit<BillingDeps, 'users' | 'relinking'> & Pick<PollDeps, 'cursors'>;

/** Billing for the app's users, and the linking that a restore makes necessary. Both null where there are no users. */
export async function openBilling(
  users: Users | null,
  deps: OpenBillingDeps,
  settings: BillingConfig,
): Promise<{ billing: Billing; relinking: Relinking } | { billing: null; relinking: null }> {
  if (users === null) return { billing: null, relinking: null };
  const gap = await gapOf(deps);
  const relinking = createRelinking({ ...deps, users, ownWrites: createOwnWrites(deps), gap });
  return { billing: createBilling({ ...deps, users, relinking }, settings), relinking };
}

// Events are read once a minute. A service that is started again within this time has missed nothing by a restore.
const RECENT_MS = 5 * 60_000;

/** The time whose events this database has not read, if that is longer than a start takes: perhaps it was restored. */
async function gapOf({ cursors, source, clock }: OpenBillingDeps): Promise<Gap | null> {
  const readTo = await cursors.position(source, POLL_FEED);
  const now = clock.now();
  if (readTo === undefined || now.getTime() - readTo.getTime() < RECENT_MS) return null;
  return { from: new Date(readTo.getTime() - OVERLAP_MS), to: now };
}

import type Stripe from 'stripe';
import { LockstepError } from '../../kernel/error.js';
import { previewInvoice, type Upcoming } from '../access/upcoming.js';
import { keyBehind } from '../post-to-stripe.js';
import type { User } from '../users/users.js';
import { fingerprintOf } from './attempts.js';
import { itemChanges, newItems, type NewItems } from './change-items.js';
import type { WantedItem } from './create-decision.js';
import { wantedItems } from './create-subscription.js';
import type { SellingDeps } from './deps.js';
import { mustNotHaveEnded, ownedSubscription, writeSubscription } from './owned-subscription.js';
import { changeAtPeriodEnd, checkedSchedule, dropWaitingChange } from './schedule.js';

/** A change of a subscription. Give exactly one of `price` and `items`. */
export interface ChangeSubscription {
  /** The id or lookup key of the only price after the change. Default: see `items`. */
  price?: string | undefined;
  /** All items after the change, 1 to 20. An item that is not listed is removed. Default: one of `price`. */
  items?: readonly WantedItem[] | undefined;
  /**
   * `now` (default): changes now, and prorates on the next invoice. `now_invoiced`: changes now and invoices at once;
   * if the payment fails, nothing changes. `now_unprorated`: changes now, without proration. `period_end`: a schedule
   * changes it at the end of the period. Source: Stripe's "Prorations".
   */
  when?: 'now' | 'now_invoiced' | 'now_unprorated' | 'period_end' | undefined;
  /** The `prorationDate` of a preview, so that the change costs what the preview said. Default: now. */
  prorationDate?: Date | undefined;
  /** Allow only prices that the option billing.prices names, and those the subscription already has. Default false. */
  listedOnly?: boolean | undefined;
  /** Calls with the same key change it once. The key holds for at least 24 hours. Default: none. */
  idempotencyKey?: string | undefined;
}

const PRORATION = { now: 'create_prorations', now_invoiced: 'always_invoice', now_unprorated: 'none' } as const;

/** See `Billing.subscriptions.preview`. */
export async function previewChange(
  deps: SellingDeps,
  user: User,
  id: string,
  change: ChangeSubscription,
): Promise<Upcoming & { prorationDate: Date }> {
  const { present, after } = await planChange(deps, user, id, change);
  if (change.when === 'period_end') await checkedSchedule(deps.gateway, present, after.items);
  const prorationDate = change.prorationDate ?? wholeSecond(deps.clock.now());
  const details = {
    items: itemChanges(after),
    proration_behavior: PRORATION[change.when === 'period_end' ? 'now_unprorated' : (change.when ?? 'now')],
    // On a test clock, our time would be wrong.
    ...(present.test_clock == null || change.prorationDate !== undefined ? datedAt(prorationDate) : {}),
  };
  const upcoming = await previewInvoice(deps, { subscription: id, subscription_details: details });
  if (upcoming !== null) return { ...upcoming, prorationDate };
  throw new LockstepError('request_invalid', 'This change has no invoice to preview', {
    hint: 'a subscription that will end has no next invoice',
  });
}

/** See `Billing.subscriptions.change`. */
export async function changeSubscription(
  deps: SellingDeps,
  user: User,
  id: string,
  change: ChangeSubscription,
): Promise<void> {
  // Two clicks use the same key at Stripe, so that nothing is added or paid twice.
  const attempt = await deps.attempts.open(user.id, 'change', `${id} ${fingerprintOf({ ...change })}`);
  try {
    await changeOnce(deps, user, { id, change, attempt });
  } finally {
    await deps.attempts.close(user.id, attempt);
  }
}

interface AttemptedChange {
  id: string;
  change: ChangeSubscription;
  attempt: string;
}

async function changeOnce(deps: SellingDeps, user: User, { id, change, attempt }: AttemptedChange): Promise<void> {
  const { present, after } = await planChange(deps, user, id, change);
  const { when = 'now', prorationDate, idempotencyKey } = change;
  if (when === 'period_end') return changeAtPeriodEnd(deps, { present, items: after.items, attempt });
  const items = itemChanges(after);
  if (items.length > 0) {
    const parameters = {
      items,
      proration_behavior: PRORATION[when],
      payment_behavior: 'error_if_incomplete',
      ...(prorationDate === undefined ? {} : datedAt(prorationDate)),
    };
    const key = keyBehind(user.id, `change ${id}`, idempotencyKey) ?? attempt;
    await writeSubscription(deps, { id }, parameters, key);
  }
  await dropWaitingChange(deps, present);
}

/** The subscription as it is, and its items after the change. */
async function planChange(
  deps: SellingDeps,
  user: User,
  id: string,
  change: ChangeSubscription,
): Promise<{ present: Stripe.Subscription; after: NewItems }> {
  const asked = wantedItems(change);
  const present = mustNotHaveEnded(await ownedSubscription(deps, user.id, id));
  const items = present.items.data;
  const held = new Set(items.map(({ price }) => price.id)); // a price that it already has need not be for sale
  const wanted = await deps.prices.named(asked, held);
  const added = wanted.map(({ price }) => price).filter((price) => !held.has(price));
  const offered = await deps.prices.offered(added, change.listedOnly ?? false);
  const metered = new Set(offered.filter((price) => price.metered).map((price) => price.id));
  return { present, after: newItems(items, wanted, metered) };
}

function wholeSecond(at: Date): Date {
  return new Date(Math.floor(at.getTime() / 1_000) * 1_000);
}

function datedAt(at: Date): { proration_date: number } {
  return { proration_date: Math.floor(at.getTime() / 1_000) };
}

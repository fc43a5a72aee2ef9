/*
 * What an app sells, written at Stripe. Each call resolves when the mirror has its result. Read in this order:
 * prices (what is for sale) · subscriptions (the calls) · create-subscription and create-decision (two clicks make one) ·
 * change-subscription, change-items, schedule and schedule-phases (a change now, or at the end of the period) ·
 * sessions, checkout and portal (Stripe's own pages) · usage (metered prices) · attempts (one request at a time).
 */

import type { Chance } from '../../kernel/chance.js';
import type { Clock } from '../../kernel/clock.js';
import { LockstepError } from '../../kernel/error.js';
import type { Source } from '../../kernel/source.js';
import type { Database } from '../../store/database.js';
import type { Gateway, StripeObject } from '../../stripe/gateway.js';
import { address, keyBehind, post } from '../post-to-stripe.js';
import { fingerprintOf, type Attempts } from './attempts.js';
import type { Billing } from '../billing.js';
import { itemChanges, newItems, type NewItems } from './change-items.js';
import { createSubscription, wantedItems } from './create-subscription.js';
import type { Customers } from '../users/customers.js';
import { explainStripe } from '../explain.js';
import { orGone } from './end-unpaid.js';
import type { OpenCheckouts } from './open-checkouts.js';
import { ownedSubscription } from './owned-subscription.js';
import { touchedBy, type OwnWrites } from '../own-writes.js';
import type { Prices } from './prices.js';
import { changeAtPeriodEnd, checkedSchedule, dropWaitingChange } from './schedule.js';
import type { BillingConfig } from '../settings.js';
import { itemsOf, type WantedItem } from './create-decision.js';
import type { SubscribedGroups } from './subscribed-groups.js';
import { previewInvoice } from '../access/upcoming.js';
import type { User, Users } from '../users/users.js';

export type { Created, CreateSubscription, SecretKind } from './create-subscription.js';

/** What a subscription changes to. Give exactly one of `price` and `items`. */
export interface ChangeSubscription {
  /** The id or lookup key of the one price that it will have; default: see `items`. */
  price?: string | undefined;
  /** All its items afterwards, 1 to 20; an item not listed is removed. Default: one of `price`. */
  items?: readonly WantedItem[] | undefined;
  /**
   * `now` (default): what was paid and not used is set off on the next invoice. `now_invoiced`: at once, and where the
   * payment fails nothing changes. `now_unprorated`: nothing is set off. `period_end`: a schedule changes it then. Source:
   * Stripe's "Prorations".
   */
  when?: 'now' | 'now_invoiced' | 'now_unprorated' | 'period_end' | undefined;
  /** The moment of a preview, so that the change costs what the preview said. Default: now. */
  prorationDate?: Date | undefined;
  /** Only prices that the option billing.prices names, besides those it has. Default false. */
  listedOnly?: boolean | undefined;
  /** Calls with the same key, for at least 24 hours, change it once. Default: none. */
  idempotencyKey?: string | undefined;
}

/** When a subscription ends: at once, at the end of what is paid for, or at a moment to come. */
export type CancelAt = 'now' | 'period_end' | Date;

export interface SubscriptionsDeps {
  users: Users;
  gateway: Gateway;
  customers: Customers;
  ownWrites: OwnWrites;
  attempts: Attempts;
  prices: Prices;
  subscribedGroups: SubscribedGroups;
  openCheckouts: OpenCheckouts;
  settings: BillingConfig;
  database: Database;
  source: Source;
  clock: Clock;
  chance: Chance;
}

const PRORATION = { now: 'create_prorations', now_invoiced: 'always_invoice', now_unprorated: 'none' } as const;

export function createSubscriptions(options: SubscriptionsDeps): Billing['subscriptions'] {
  const { users, gateway, ownWrites, attempts, prices, clock } = options;

  const write = async (path: string, parameters: Record<string, unknown>, key?: string): Promise<void> => {
    try {
      await ownWrites.proven(touchedBy(await post(options, path, parameters, key)));
    } catch (error) {
      throw explainStripe(error);
    }
  };

  const update = (id: string, parameters: Record<string, unknown>, key?: string): Promise<void> =>
    write(address`/v1/subscriptions/${id}`, parameters, key);

  const changed = async (
    user: User,
    id: string,
    change: ChangeSubscription,
  ): Promise<{ present: StripeObject; after: NewItems }> => {
    const asked = wantedItems(change);
    const present = mustGoOn(await ownedSubscription(options, user.id, id));
    const held = new Set(itemsOf(present).map(({ price }) => price.id)); // what it has already need not be for sale any more
    const wanted = await prices.named(asked, held);
    const added = wanted.map(({ price }) => price).filter((price) => !held.has(price));
    const offered = await prices.offered(added, change.listedOnly ?? false);
    const metered = new Set(offered.filter((price) => price.metered).map((price) => price.id));
    return { present, after: newItems(itemsOf(present), wanted, metered) };
  };

  const changeNow = async (user: User, id: string, change: ChangeSubscription, attempt: string): Promise<void> => {
    const { present, after } = await changed(user, id, change);
    const { when = 'now', prorationDate, idempotencyKey } = change;
    if (when === 'period_end') return changeAtPeriodEnd({ ...options, present, items: after.items, attempt });
    const items = itemChanges(after);
    const parameters = {
      items,
      proration_behavior: PRORATION[when],
      payment_behavior: 'error_if_incomplete',
      ...(prorationDate === undefined ? {} : dated(prorationDate)),
    };
    const key = keyBehind(user.id, `change ${id}`, idempotencyKey) ?? attempt;
    if (items.length > 0) await update(id, parameters, key);
    await dropWaitingChange(options, present);
  };

  /** As Stripe counts, in seconds. @throws request_invalid */
  const toCome = (at: Date, what: string, hint: string): number => {
    if (at.getTime() > clock.now().getTime()) return Math.floor(at.getTime() / 1_000);
    throw new LockstepError('request_invalid', `${what} must be in the future`, { hint });
  };

  return {
    create: async (request) => createSubscription({ ...request, user: await users.find(request.user) }, options),
    async preview(ref, id, change) {
      const user = await users.find(ref);
      const { present, after } = await changed(user, id, change);
      if (change.when === 'period_end') await checkedSchedule(gateway, present, after.items);
      const prorationDate = change.prorationDate ?? new Date(Math.floor(clock.now().getTime() / 1_000) * 1_000);
      const details = {
        items: itemChanges(after),
        proration_behavior: PRORATION[change.when === 'period_end' ? 'now_unprorated' : (change.when ?? 'now')],
        ...(present['test_clock'] == null || change.prorationDate !== undefined ? dated(prorationDate) : {}),
      };
      const upcoming = await previewInvoice(options, { subscription: id, subscription_details: details });
      if (upcoming !== null) return { ...upcoming, prorationDate };
      throw new LockstepError('request_invalid', 'This change has no invoice to preview', {
        hint: 'a subscription that will end has no next invoice',
      });
    },
    async change(ref, id, change) {
      const user = await users.find(ref);
      // Who clicks twice asks Stripe with one key, so that nothing is added or paid twice.
      const attempt = await attempts.open(user.id, `change ${id} ${fingerprintOf({ ...change })}`);
      try {
        await changeNow(user, id, change, attempt);
      } finally {
        await attempts.close(user.id, attempt);
      }
    },
    async cancel(ref, id, at = 'now') {
      const user = await users.find(ref);
      const present = await ownedSubscription(options, user.id, id);
      if (hasEnded(present)) return ownWrites.proven(touchedBy(present));
      if (at === 'now') return end(present, options);
      const when =
        at === 'period_end'
          ? { cancel_at_period_end: true }
          : { cancel_at: toCome(at, 'The end', 'to end it now, pass now') };
      await dropWaitingChange(options, present); // while there is a schedule, Stripe takes no end from elsewhere
      await update(id, when);
    },
    async resume(ref, id) {
      const user = await users.find(ref);
      const present = mustGoOn(await ownedSubscription(options, user.id, id));
      for (const { path, parameters } of resumption(present)) {
        await write(`${address`/v1/subscriptions/${id}`}${path}`, parameters);
      }
    },
    async pause(ref, id, until) {
      const user = await users.find(ref);
      const resumes =
        until === undefined
          ? {}
          : { resumes_at: toCome(until, 'The end of a pause', 'leave it out to pause until you resume it') };
      mustGoOn(await ownedSubscription(options, user.id, id));
      await update(id, { pause_collection: { behavior: 'void', ...resumes } });
    },
  };
}

async function end(present: StripeObject, { gateway, ownWrites }: SubscriptionsDeps): Promise<void> {
  try {
    await orGone(gateway.delete(address`/v1/subscriptions/${present.id}`)); // gone: another click was first
    await ownWrites.proven(touchedBy(present));
  } catch (error) {
    throw explainStripe(error);
  }
}

/** What takes back each reason why a subscription does not simply go on. Stripe takes one of the two kinds of end at a time. */
function resumption(present: StripeObject): { path: string; parameters: Record<string, unknown> }[] {
  const steps: { path: string; parameters: Record<string, unknown> }[] = [];
  if (present['cancel_at_period_end'] === true) steps.push({ path: '', parameters: { cancel_at_period_end: false } });
  else if (present['cancel_at'] != null) steps.push({ path: '', parameters: { cancel_at: '' } });
  if (present['pause_collection'] != null) steps.push({ path: '', parameters: { pause_collection: '' } });
  if (present['status'] === 'paused') steps.push({ path: '/resume', parameters: {} });
  return steps;
}

function hasEnded({ status }: StripeObject): boolean {
  return status === 'canceled' || status === 'incomplete_expired';
}

function mustGoOn(present: StripeObject): StripeObject {
  if (!hasEnded(present)) return present;
  throw new LockstepError('request_invalid', 'This subscription has ended', { hint: 'create a new one' });
}

function dated(at: Date): { proration_date: number } {
  return { proration_date: Math.floor(at.getTime() / 1_000) };
}

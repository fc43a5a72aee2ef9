import type { SubscriptionItemRow } from '../subscription-item/row.js';
import type { SubscriptionRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { tellUpcoming } from '../invoice/preview.js';
import { voidInvoice } from '../invoice/status.js';
import type { Life } from '../../clock/life.js';
import { endSubscription } from './end.js';
import { expirePending } from './pending-update.js';
import { billPending } from './pending-items.js';
import { renew } from './renew.js';
import { billThreshold } from './threshold.js';
import { endTrial, warnOfTrialEnd, WARNED_BEFORE_SECONDS } from './trial.js';

/** An unpaid beginning is given up after 23 hours (https://docs.stripe.com/billing/subscriptions/overview). */
const EXPIRES_AFTER_SECONDS = 23 * 3600;

const RENEWING: ReadonlySet<string> = new Set(['active', 'past_due', 'unpaid']);

/** Trials end, periods renew and are announced, what was not paid expires, what was to end ends, what was paused resumes. */
export const subscriptionLife: Life<SubscriptionRow> = {
  clock: (row) => idOf(row.test_clock),
  due: (row, unit) => next(row, unit)?.at ?? null,
  act: (unit, row) => next(row, unit)?.act(unit, row.id),
};

interface Step {
  at: number;
  act(unit: Unit, id: string): void;
}

function next(row: SubscriptionRow, unit: Unit): Step | undefined {
  const steps = [...stepsOf(row, unit)];
  return steps.reduce<Step | undefined>(
    (first, step) => (first === undefined || step.at < first.at ? step : first),
    undefined,
  );
}

/** At the same moment the earlier one of these wins: an end comes before a renewal. */
function* stepsOf(row: SubscriptionRow, unit: Unit): Generator<Step> {
  if (row.status === 'incomplete') yield { at: row.created + EXPIRES_AFTER_SECONDS, act: expire };
  const lives = row.status === 'trialing' || RENEWING.has(row.status);
  if (lives && row.cancel_at !== null)
    yield { at: row.cancel_at, act: (owner, id) => void endSubscription(owner, id, {}, null) };
  if (row.status === 'trialing' && row.trial_end !== null) {
    if (!row.hidden.trialWarned) yield { at: row.trial_end - WARNED_BEFORE_SECONDS, act: warnOfTrialEnd };
    yield { at: row.trial_end, act: endTrial };
  }
  if (lives && row.pending_update !== null) yield { at: row.pending_update.expires_at, act: expirePending };
  if (row.pause_collection?.resumes_at) {
    yield {
      at: row.pause_collection.resumes_at,
      act: (owner, id) => void owner.update('subscription', id, { pause_collection: null }),
    };
  }
  if (RENEWING.has(row.status)) {
    if (row.hidden.threshold !== undefined) yield { at: row.hidden.threshold, act: billThreshold };
    const pending = row.next_pending_invoice_item_invoice;
    if (pending !== null) yield { at: pending, act: billPending };
    const { current_period_start: start, current_period_end: end } = nextToRenew(row, unit);
    const announced = end - ANNOUNCED_BEFORE_SECONDS;
    const goesOn = row.cancel_at === null || row.cancel_at > end;
    if (goesOn && announced > start && row.hidden.announced !== end) yield { at: announced, act: announce };
    yield { at: end, act: renew };
  }
}

const nextToRenew = (row: SubscriptionRow, unit: Unit): SubscriptionItemRow =>
  unit
    .all('subscription_item', 'subscription', row.id)
    .reduce((first, item) => (item.current_period_end < first.current_period_end ? item : first));

/** A setting of Stripe's Dashboard; here it is seven days (https://docs.stripe.com/billing/subscriptions/webhooks). */
const ANNOUNCED_BEFORE_SECONDS = 7 * 86_400;

function announce(unit: Unit, id: string): void {
  const row = unit.need('subscription', id);
  const { current_period_end: announced } = nextToRenew(row, unit);
  unit.update('subscription', id, { hidden: { ...row.hidden, announced } }, []);
  tellUpcoming(unit, id);
}

/** `incomplete_expired`: the first invoice is void, and nothing was ever owed. */
function expire(unit: Unit, id: string): void {
  const row = unit.need('subscription', id);
  const invoice = unit.find('invoice', idOf(row.latest_invoice));
  if (invoice?.status === 'open') voidInvoice(unit, invoice.id);
  unit.update('subscription', id, { status: 'incomplete_expired', ended_at: unit.now });
}

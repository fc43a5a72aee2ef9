import type { SubscriptionRow } from '../state/rows.js';
import type { Unit } from '../state/unit.js';
import { idOf } from '../state/unit.js';
import { voidInvoice } from './invoice-status.js';
import type { Life } from './life.js';
import { endSubscription } from './subscription-end.js';
import { renew } from './subscription-renew.js';
import { endTrial, warnOfTrialEnd, WARNED_BEFORE_SECONDS } from './subscription-trial.js';

/** An unpaid beginning is given up after 23 hours (https://docs.stripe.com/billing/subscriptions/overview). */
const EXPIRES_AFTER_SECONDS = 23 * 3600;

const RENEWING: ReadonlySet<string> = new Set(['active', 'past_due', 'unpaid']);

/** Trials end, periods renew, what was not paid expires, what was to end ends, what was paused goes on. */
export const subscriptionLife: Life<'subscription'> = {
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
  if (row.pause_collection?.resumes_at) {
    yield {
      at: row.pause_collection.resumes_at,
      act: (owner, id) => void owner.update('subscription', id, { pause_collection: null }),
    };
  }
  if (RENEWING.has(row.status)) yield { at: periodEnd(row, unit), act: renew };
}

const periodEnd = (row: SubscriptionRow, unit: Unit): number =>
  Math.min(...unit.all('subscription_item', 'subscription', row.id).map((item) => item.current_period_end));

/** `incomplete_expired`: the first invoice is void, and nothing was ever owed. */
function expire(unit: Unit, id: string): void {
  const row = unit.need('subscription', id);
  const invoice = unit.find('invoice', idOf(row.latest_invoice));
  if (invoice?.status === 'open') voidInvoice(unit, invoice.id);
  unit.update('subscription', id, { status: 'incomplete_expired', ended_at: unit.now });
}

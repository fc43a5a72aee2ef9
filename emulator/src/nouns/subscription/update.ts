import type Stripe from 'stripe';
import type { Values } from '../../api/params.js';
import {
  emptyable,
  hash,
  mergeMetadata,
  needed,
  oneOf,
  orWord,
  text,
  timestamp,
  unbuiltAll,
} from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { given } from '../../api/standard.js';
import type { SubscriptionRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { taxOfSubscription } from '../shared/automatic-tax.js';
import { after } from './period.js';
import { redeemAll } from '../discount/operations.js';
import { checkDays } from './collection.js';
import { endingAt, ownMethod, subscriptionFields } from './create.js';
import { fullSettings } from './payment-settings.js';
import { followSubscription } from '../subscription-schedule/phase-now.js';
import { ratesOf } from '../tax-rate/operations.js';
import { hasEnded } from './end.js';
import { addExtraItems } from './extra-items.js';
import { changeItems, changedItemsParam } from './items.js';
import { billSubscription } from './bill.js';
import { checkCanWait, expirePending, waitForPayment } from './pending-update.js';
import { creditUnused, dropCredits } from './proration.js';
import { BILLED, rebill } from './bill-change.js';
import { changedItems, singleItemParams } from './single-item.js';
import { settingsOf } from './invoice-settings.js';
import { pendingIntervalOf } from './pending-interval.js';
import { checkThresholds } from './threshold.js';
import { shownThresholds } from './threshold-params.js';
import { checkSharing, sharingOf } from './sharing.js';
import { checkTrialEnd, concludeTrial } from './trial.js';

export const updateParams = {
  ...subscriptionFields,
  ...singleItemParams,
  items: changedItemsParam(),
  billing_cycle_anchor: oneOf('now', 'unchanged'),
  cancel_at: emptyable(orWord('min_period_end', orWord('max_period_end', timestamp()))),
  cancellation_details: hash({
    ...unbuiltAll('feedback_option'),
    comment: emptyable(text()),
    feedback: emptyable(
      oneOf(
        'customer_service',
        'low_quality',
        'missing_features',
        'other',
        'switched_service',
        'too_complex',
        'too_expensive',
        'unused',
      ),
    ),
  }),
  description: emptyable(text(500)),
  pause_collection: emptyable(
    hash({ behavior: needed(oneOf('keep_as_draft', 'mark_uncollectible', 'void')), resumes_at: timestamp() }),
  ),
  proration_date: timestamp(),
};

type Sent = Values<typeof updateParams>;

/**
 * `customer.subscription.updated`, once, with everything that changed.
 * @param phase settings from a schedule's phase, which may remove what parameters cannot
 */
export function updateSubscription(
  unit: Unit,
  id: string,
  { plan, quantity, ...named }: Sent,
  phase?: Partial<SubscriptionRow>,
): SubscriptionRow {
  const row = unit.need('subscription', id);
  const items = changedItems(unit, row, given({ plan, quantity, items: named.items }));
  const sent: Sent = items === undefined ? named : { ...named, items: [...items] };
  if (hasEnded(row)) checkOnlyNotes(sent);
  checkWhoEnds(row, sent);
  if (sent.collection_method !== undefined || sent.days_until_due !== undefined) {
    checkDays({
      collection_method: sent.collection_method ?? row.collection_method,
      days_until_due: sent.days_until_due ?? (sent.collection_method === 'send_invoice' ? row.days_until_due : null),
    });
  }
  if (row.transfer_data === null || sent.transfer_data !== undefined) checkSharing(unit, sent);
  if (sent.default_payment_method) ownMethod(unit, sent.default_payment_method, idOf(row.customer) ?? '');
  const work = (): void => {
    // Inside one update, so that it makes one event.
    unit.update('subscription', id, { ...simpleChanges(unit, row, sent), ...phase }, []);
    addExtraItems(unit, row, sent.add_invoice_items);
    if (sent.items !== undefined || sent.billing_cycle_anchor === 'now') changeBilling(unit, row, sent);
    checkThresholds(unit, id);
    if (sent.trial_end !== undefined) moveTrial(unit, id, sent.trial_end, sent);
    const end = ending(unit, id, sent);
    unit.update('subscription', id, end, []);
    if (end.cancel_at !== undefined && end.cancel_at !== row.cancel_at) creditEnd(unit, row, end.cancel_at, sent);
  };
  const waits = sent.payment_behavior === 'pending_if_incomplete';
  if (waits) checkCanWait(row, sent);
  if (BILLS.some((name) => sent[name] !== undefined)) expirePending(unit, id);
  const changed = waits ? waitForPayment(unit, id, sent, work) : unit.around('subscription', id, work);
  if (row.status !== 'paused' && changed.status === 'paused')
    unit.emit('customer.subscription.paused', 'subscription', id);
  if (phase === undefined) followSubscription(unit, changed);
  return changed;
}

/** A change of one of these takes the place of one that still waits for its payment. */
const BILLS = ['billing_cycle_anchor', 'cancel_at_period_end', 'items', 'trial_end'] as const;

/**
 * An end before the current period's gives back what was paid for after it, and instead of what an earlier choice gave
 * (`cancel_at` of https://docs.stripe.com/api/subscriptions/update).
 */
function creditEnd(unit: Unit, row: SubscriptionRow, end: number | null, sent: Sent): void {
  if (row.cancel_at !== null) dropCredits(unit, row, row.cancel_at);
  if (end === null || sent.proration_behavior === 'none' || !BILLED.has(row.status)) return;
  if (creditUnused(unit, row, end) && sent.proration_behavior === 'always_invoice') {
    unit.update(
      'subscription',
      row.id,
      { latest_invoice: billSubscription(unit, row, 'subscription_update', []).id },
      [],
    );
  }
}

/** Other items or another interval: prorated, and billed at once if a new period begins or the request says so. */
function changeBilling(unit: Unit, row: SubscriptionRow, sent: Sent): void {
  rebill(unit, row, sent, () => {
    if (sent.items !== undefined) changeItems(unit, row, sent.items);
    if (sent.billing_cycle_anchor === 'now') restart(unit, row.id);
  });
}

function restart(unit: Unit, id: string): void {
  unit.update('subscription', id, { billing_cycle_anchor: unit.now }, []);
  for (const item of unit.all('subscription_item', 'subscription', id)) {
    const { interval = 'month', interval_count = 1 } =
      (unit.find('price', item.price) ?? item.hidden.lastPrice)?.recurring ?? {};
    unit.update('subscription_item', item.id, {
      current_period_start: unit.now,
      current_period_end: after(unit.now, interval, interval_count),
    });
  }
}

function simpleChanges(unit: Unit, row: SubscriptionRow, sent: Sent): Partial<SubscriptionRow> {
  return given({
    ...sharingOf(sent),
    ...(sent.pending_invoice_item_interval === undefined
      ? {}
      : pendingIntervalOf(unit.now, sent.pending_invoice_item_interval)),
    billing_thresholds: sent.billing_thresholds === undefined ? undefined : shownThresholds(sent.billing_thresholds),
    invoice_settings: settingsOf(row.invoice_settings, sent.invoice_settings),
    automatic_tax: sent.automatic_tax === undefined ? undefined : taxOfSubscription(sent.automatic_tax),
    collection_method: sent.collection_method,
    days_until_due: sent.days_until_due,
    default_payment_method: sent.default_payment_method,
    default_tax_rates: sent.default_tax_rates === undefined ? undefined : ratesOf(unit, sent.default_tax_rates),
    description: sent.description,
    discounts:
      sent.discounts === undefined
        ? undefined
        : redeemAll(unit, sent.discounts, { customer: idOf(row.customer), subscription: row.id }),
    metadata: sent.metadata === undefined ? undefined : mergeMetadata(row.metadata, sent.metadata),
    pause_collection:
      sent.pause_collection === undefined || sent.pause_collection === null
        ? sent.pause_collection
        : { behavior: sent.pause_collection.behavior, resumes_at: sent.pause_collection.resumes_at ?? null },
    payment_settings:
      sent.payment_settings === undefined
        ? undefined
        : { ...(row.payment_settings ?? fullSettings(undefined)), ...given(fullSettingsSent(sent.payment_settings)) },
    trial_settings:
      sent.trial_settings === undefined
        ? undefined
        : {
            end_behavior: {
              billing_cycle_anchor: sent.trial_settings.end_behavior.billing_cycle_anchor ?? null,
              missing_payment_method: sent.trial_settings.end_behavior.missing_payment_method,
            },
          },
    cancellation_details:
      sent.cancellation_details === undefined
        ? undefined
        : ({
            ...row.cancellation_details,
            ...given(sent.cancellation_details),
          } as Stripe.Subscription.CancellationDetails),
  });
}

/** Changes only what was sent. */
function fullSettingsSent(sent: NonNullable<Sent['payment_settings']>): Partial<Stripe.Subscription.PaymentSettings> {
  const full = fullSettings(sent);
  return Object.fromEntries(Object.entries(full).filter(([key]) => key in sent));
}

function ending(unit: Unit, id: string, sent: Sent): Partial<SubscriptionRow> {
  const stays: Partial<SubscriptionRow> = {
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
  };
  if (sent.cancel_at === null || (sent.cancel_at === undefined && sent.cancel_at_period_end === false)) return stays;
  if (sent.cancel_at !== undefined) return withDetails(endingAt(unit, id, sent.cancel_at, false), sent);
  return sent.cancel_at_period_end === true ? withDetails(endingAt(unit, id, 'max_period_end', true), sent) : {};
}

function withDetails(patch: Partial<SubscriptionRow>, sent: Sent): Partial<SubscriptionRow> {
  if (sent.cancellation_details === undefined) return patch;
  return {
    ...patch,
    cancellation_details: {
      ...patch.cancellation_details,
      ...given(sent.cancellation_details),
    } as Stripe.Subscription.CancellationDetails,
  };
}

/**
 * Ends a trial now, which begins the paid time, or moves its end. A trial put on a subscription that was paid for credits the
 * unused time (https://docs.stripe.com/billing/subscriptions/prorations#what-triggers-prorations).
 */
function moveTrial(unit: Unit, id: string, end: number | 'now', sent: Sent): void {
  if (end === 'now') {
    const collects = sent.payment_behavior !== 'pending_if_incomplete';
    return concludeTrial(unit, id, { offSession: sent.off_session ?? true, collects });
  }
  checkTrialEnd(unit.now, end, 'trial_end');
  const row = unit.need('subscription', id);
  const paid = BILLED.has(row.status);
  if (paid && sent.proration_behavior !== 'none') creditUnused(unit, row, sent.proration_date ?? unit.now);
  unit.update(
    'subscription',
    id,
    {
      trial_end: end,
      trial_start: row.trial_start ?? unit.now,
      status: 'trialing',
      billing_cycle_anchor: end,
      hidden: { ...row.hidden, trialWarned: false },
    },
    [],
  );
  for (const item of unit.all('subscription_item', 'subscription', id)) {
    unit.update('subscription_item', item.id, {
      current_period_end: end,
      ...(paid ? { current_period_start: unit.now } : {}),
    });
  }
  if (paid && sent.proration_behavior === 'always_invoice') {
    const { id: invoice } = billSubscription(unit, row, 'subscription_update', []);
    unit.update('subscription', id, { latest_invoice: invoice }, []);
  }
}

/** While a schedule decides when a subscription ends, nothing else may. */
function checkWhoEnds(row: SubscriptionRow, { cancel_at: at, cancel_at_period_end: atPeriodEnd }: Sent): void {
  const schedule = idOf(row.schedule);
  const moves =
    (at !== undefined && at !== row.cancel_at) ||
    (atPeriodEnd !== undefined && atPeriodEnd !== row.cancel_at_period_end);
  if (schedule === null || !moves) return;
  throw invalid(
    `The subscription is managed by the subscription schedule \`${schedule}\`, and updating any cancelation behavior directly is not allowed. Please update the schedule instead.`,
  );
}

const NOTES: ReadonlySet<string> = new Set(['metadata', 'cancellation_details', 'description']);

function checkOnlyNotes(sent: Sent): void {
  if (Object.keys(sent).every((name) => NOTES.has(name))) return;
  throw invalid('A canceled subscription can only update its cancellation_details and metadata.');
}

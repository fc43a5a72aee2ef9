import type Stripe from 'stripe';
import type { Values } from '../api/params.js';
import { accepted, emptyable, hash, mergeMetadata, needed, oneOf, orWord, text, timestamp } from '../api/params.js';
import { invalid, notBuilt } from '../api/problem.js';
import { given } from '../api/standard.js';
import type { SubscriptionRow } from '../state/rows.js';
import type { Unit } from '../state/unit.js';
import { idOf } from '../state/unit.js';
import { collectInvoice } from './invoice-status.js';
import { after } from './period.js';
import { billSubscription } from './subscription-bill.js';
import { endingAt, fullSettings, ownMethod, subscriptionFields } from './subscription-create.js';
import { hasEnded } from './subscription-end.js';
import { changeItems, changedItemsParam } from './subscription-items.js';

export const updateParams = {
  ...subscriptionFields,
  items: changedItemsParam(),
  billing_cycle_anchor: oneOf('now', 'unchanged'),
  cancel_at: emptyable(orWord('min_period_end', orWord('max_period_end', timestamp()))),
  cancellation_details: hash({
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
  proration_date: accepted(),
};

type Sent = Values<typeof updateParams>;

/** `customer.subscription.updated`, once, with everything that changed. */
export function updateSubscription(unit: Unit, id: string, sent: Sent): SubscriptionRow {
  const row = unit.need('subscription', id);
  if (hasEnded(row)) checkOnlyNotes(sent);
  if (sent.billing_cycle_anchor === 'now') throw notBuilt("the parameter 'billing_cycle_anchor'");
  if (sent.default_payment_method !== undefined) ownMethod(unit, sent.default_payment_method, idOf(row.customer) ?? '');
  return unit.around('subscription', id, () => {
    // Inside one update, so that it makes one event.
    unit.update('subscription', id, simpleChanges(row, sent), []);
    if (sent.items !== undefined) changeItems(unit, row, sent.items);
    if (sent.trial_end !== undefined) moveTrial(unit, id, sent.trial_end, sent.off_session);
    unit.update('subscription', id, ending(unit, id, sent), []);
  });
}

function simpleChanges(row: SubscriptionRow, sent: Sent): Partial<SubscriptionRow> {
  return given({
    collection_method: sent.collection_method,
    days_until_due: sent.days_until_due,
    default_payment_method: sent.default_payment_method,
    description: sent.description,
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
        : ({
            end_behavior: { missing_payment_method: sent.trial_settings.end_behavior.missing_payment_method },
          } as Stripe.Subscription.TrialSettings),
    cancellation_details:
      sent.cancellation_details === undefined
        ? undefined
        : ({
            ...row.cancellation_details,
            ...given(sent.cancellation_details),
          } as Stripe.Subscription.CancellationDetails),
  });
}

/** Only what was sent; the rest of the settings stays. */
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

/** A trial ends now, which begins the paid time, or at another moment. */
function moveTrial(unit: Unit, id: string, end: number | 'now', offSession: boolean | undefined): void {
  const row = unit.need('subscription', id);
  const items = unit.all('subscription_item', 'subscription', id);
  if (end !== 'now') {
    if (end <= unit.now)
      throw invalid('Invalid timestamp: must be an integer Unix timestamp in the future.', 'trial_end');
    unit.update(
      'subscription',
      id,
      { trial_end: end, trial_start: row.trial_start ?? unit.now, status: 'trialing', billing_cycle_anchor: end },
      [],
    );
    for (const item of items) unit.update('subscription_item', item.id, { current_period_end: end });
    return;
  }
  if (row.status !== 'trialing') return;
  unit.update('subscription', id, { trial_end: unit.now, status: 'active', billing_cycle_anchor: unit.now }, []);
  for (const item of items) {
    const { interval = 'month', interval_count = 1 } =
      (unit.find('price', item.price) ?? item.hidden.lastPrice)?.recurring ?? {};
    unit.update('subscription_item', item.id, {
      current_period_start: unit.now,
      current_period_end: after(unit.now, interval, interval_count),
    });
  }
  const invoice = billSubscription(unit, row, 'subscription_cycle');
  unit.update('subscription', id, { latest_invoice: invoice.id }, []);
  if (invoice.status === 'paid' || row.collection_method === 'send_invoice') return;
  const outcome = collectInvoice(unit, invoice.id, { offSession: offSession ?? true });
  if (outcome?.is !== 'succeeded') unit.update('subscription', id, { status: 'past_due' }, []);
}

const NOTES: ReadonlySet<string> = new Set(['metadata', 'cancellation_details', 'description']);

function checkOnlyNotes(sent: Sent): void {
  if (Object.keys(sent).every((name) => NOTES.has(name))) return;
  throw invalid('A canceled subscription can only update its cancellation_details and metadata.');
}

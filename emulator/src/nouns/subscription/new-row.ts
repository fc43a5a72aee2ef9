import { mergeMetadata } from '../../api/params.js';
import { newId } from '../../state/id.js';
import type { SubscriptionRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { taxOfSubscription } from '../shared/automatic-tax.js';
import type { SubscriptionSent } from './create.js';
import { shownConfig } from './anchor-config.js';
import { firstSettings } from './invoice-settings.js';
import { pendingIntervalOf } from './pending-interval.js';
import { sharingOf } from './sharing.js';
import { shownThresholds } from './threshold-params.js';
import { fullSettings } from './payment-settings.js';
import { ratesOf } from '../tax-rate/operations.js';

/** The row of a new subscription, without items; `incomplete` until it is paid for. */
export function newSubscription(
  unit: Unit,
  sent: SubscriptionSent,
  currency: string,
  trialEnd: number | undefined,
): SubscriptionRow {
  return {
    id: newId('sub'),
    object: 'subscription',
    application: null,
    application_fee_percent: null,
    automatic_tax: taxOfSubscription(sent.automatic_tax),
    billing_cycle_anchor: trialEnd ?? sent.billing_cycle_anchor ?? unit.now,
    billing_cycle_anchor_config: shownConfig(sent.billing_cycle_anchor_config),
    billing_mode:
      sent.billing_mode?.type === 'classic'
        ? { flexible: null, type: 'classic' }
        : { flexible: { proration_discounts: 'included' }, type: 'flexible' },
    billing_schedules: [],
    billing_thresholds: shownThresholds(sent.billing_thresholds),
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    collection_method: sent.collection_method ?? 'charge_automatically',
    created: unit.now,
    currency,
    customer: sent.customer,
    customer_account: null,
    days_until_due: sent.days_until_due ?? null,
    default_payment_method: sent.default_payment_method ?? null,
    default_source: null,
    default_tax_rates: ratesOf(unit, sent.default_tax_rates),
    description: sent.description ?? null,
    discounts: [],
    ended_at: null,
    invoice_settings: firstSettings(sent.invoice_settings),
    latest_invoice: null,
    livemode: false,
    managed_payments: null,
    metadata: mergeMetadata(null, sent.metadata),
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: fullSettings(sent.payment_settings),
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: sent.backdate_start_date ?? unit.now,
    status: trialEnd === undefined ? 'incomplete' : 'trialing',
    test_clock: unit.need('customer', sent.customer).test_clock ?? null,
    transfer_data: null,
    trial_end: trialEnd ?? null,
    trial_settings: {
      end_behavior: {
        billing_cycle_anchor: sent.trial_settings?.end_behavior.billing_cycle_anchor ?? null,
        missing_payment_method: sent.trial_settings?.end_behavior.missing_payment_method ?? 'create_invoice',
      },
    },
    trial_start: trialEnd === undefined ? null : unit.now,
    ...pendingIntervalOf(unit.now, sent.pending_invoice_item_interval),
    ...sharingOf(sent),
    hidden: {
      trialWarned: false,
      ...(sent.backdate_start_date === undefined || sent.proration_behavior === 'none'
        ? {}
        : { backdated: 'billed' as const }),
      ...(sent.billing_cycle_anchor === undefined
        ? {}
        : { first: sent.proration_behavior === 'none' ? 'free' : 'prorated' }),
    },
  };
}

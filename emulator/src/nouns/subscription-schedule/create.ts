import type { Values } from '../../api/params.js';
import { mergeMetadata } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { newId } from '../../state/id.js';
import type { ScheduleRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import type { scheduleParams } from './operations.js';
import { startSchedule } from './life.js';
import { phaseNow } from './phase-now.js';
import { phasesOf } from './phases.js';
import { hasEnded } from '../subscription/end.js';

type Sent = Values<typeof scheduleParams>;

/** A schedule for a new subscription, which begins at once or later, or around one that is there. */
export function createSchedule(unit: Unit, sent: Sent): ScheduleRow {
  return sent.from_subscription === undefined
    ? scheduled(unit, sent)
    : fromSubscription(unit, sent, sent.from_subscription);
}

function scheduled(unit: Unit, sent: Sent): ScheduleRow {
  if (sent.customer === undefined) throw invalid('Missing required param: customer.', 'customer', 'parameter_missing');
  if (sent.phases === undefined || sent.phases.length === 0) {
    throw invalid('Missing required param: phases.', 'phases', 'parameter_missing');
  }
  const customer = unit.need('customer', sent.customer, 'customer');
  const start = typeof sent.start_date === 'number' ? sent.start_date : unit.now;
  const row = unit.insertUnannounced('subscription_schedule', {
    ...newSchedule(unit, sent, customer.id),
    phases: phasesOf(unit, sent.phases, start),
    test_clock: customer.test_clock ?? null,
  });
  if (start <= unit.now) startSchedule(unit, row.id);
  return unit.announce('subscription_schedule', row.id);
}

function fromSubscription(unit: Unit, sent: Sent, id: string): ScheduleRow {
  const subscription = unit.need('subscription', id, 'from_subscription');
  if (hasEnded(subscription)) throw invalid('You cannot schedule a canceled subscription.', 'from_subscription');
  if (subscription.schedule !== null) {
    throw invalid('You cannot migrate a subscription that is already attached to a schedule.', 'from_subscription');
  }
  if (sent.phases !== undefined || sent.customer !== undefined) {
    throw invalid('You can not set `customer` or `phases` if `from_subscription` is set.', 'from_subscription');
  }
  const phase = phaseNow(unit, subscription);
  const schedule = newSchedule(unit, sent, idOf(subscription.customer) ?? '');
  const row = unit.insert('subscription_schedule', {
    ...schedule,
    // A phase that names no payment method has that of the defaults: without them, a subscription that Checkout made
    // could not be paid in its next phase. Inferred from @better-auth/stripe, which relies on it; Stripe's documentation
    // does not say it.
    default_settings: {
      ...schedule.default_settings,
      collection_method: subscription.collection_method,
      default_payment_method: idOf(subscription.default_payment_method),
      description: subscription.description,
    },
    current_phase: { start_date: phase.start_date, end_date: phase.end_date },
    phases: [phase],
    status: 'active',
    subscription: subscription.id,
    test_clock: subscription.test_clock,
  });
  unit.update('subscription', subscription.id, { schedule: row.id });
  return row;
}

function newSchedule(unit: Unit, sent: Sent, customer: string): ScheduleRow {
  return {
    id: newId('sub_sched'),
    object: 'subscription_schedule',
    application: null,
    billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible' },
    canceled_at: null,
    completed_at: null,
    created: unit.now,
    current_phase: null,
    customer,
    customer_account: null,
    default_settings: {
      application_fee_percent: null,
      billing_cycle_anchor: sent.default_settings?.billing_cycle_anchor ?? 'automatic',
      billing_thresholds: null,
      collection_method: sent.default_settings?.collection_method ?? 'charge_automatically',
      default_payment_method: sent.default_settings?.default_payment_method ?? null,
      description: sent.default_settings?.description ?? null,
      invoice_settings: {
        account_tax_ids: null,
        custom_fields: null,
        days_until_due: null,
        description: null,
        footer: null,
        issuer: { type: 'self' },
      },
      on_behalf_of: null,
      transfer_data: null,
    },
    end_behavior: sent.end_behavior ?? 'release',
    livemode: false,
    metadata: mergeMetadata(null, sent.metadata),
    pause_schedules: [],
    phases: [],
    released_at: null,
    released_subscription: null,
    status: 'not_started',
    subscription: null,
    test_clock: null,
    hidden: { expiringTold: false },
  };
}

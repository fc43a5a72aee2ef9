import type { SubscriptionRow } from '../subscription/row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import type { Phase } from './phases.js';
import { invoiceSettings } from './phases.js';

/** A subscription as it is, as a phase: `from_subscription`. Its metadata stays with the subscription. */
export function phaseNow(unit: Unit, subscription: SubscriptionRow): Phase {
  const items = unit.all('subscription_item', 'subscription', subscription.id);
  const trialing = subscription.status === 'trialing';
  return {
    ...settingsNow(unit, subscription),
    add_invoice_items: [],
    billing_cycle_anchor: null,
    end_date: Math.min(...items.map((item) => item.current_period_end)),
    metadata: {},
    proration_behavior: 'create_prorations',
    start_date: Math.max(...items.map((item) => item.current_period_start)),
    trial_end: trialing ? subscription.trial_end : null,
  };
}

/** What a change of the subscription itself changes in its schedule's current phase too. Dates and metadata stay. */
export function followSubscription(unit: Unit, subscription: SubscriptionRow): void {
  const schedule = unit.find('subscription_schedule', idOf(subscription.schedule));
  const begun = schedule?.current_phase?.start_date;
  if (schedule === undefined || begun === undefined) return;
  const phases = schedule.phases.map((phase) =>
    phase.start_date === begun ? { ...phase, ...settingsNow(unit, subscription) } : phase,
  );
  unit.update('subscription_schedule', schedule.id, { phases });
}

type Settings = Omit<
  Phase,
  | 'add_invoice_items'
  | 'billing_cycle_anchor'
  | 'end_date'
  | 'metadata'
  | 'proration_behavior'
  | 'start_date'
  | 'trial'
  | 'trial_end'
>;

function settingsNow(unit: Unit, subscription: SubscriptionRow): Settings {
  const items = unit.all('subscription_item', 'subscription', subscription.id);
  return {
    application_fee_percent: null,
    automatic_tax: subscription.automatic_tax,
    billing_thresholds: null,
    collection_method: subscription.collection_method,
    currency: subscription.currency,
    default_payment_method: idOf(subscription.default_payment_method),
    default_tax_rates: subscription.default_tax_rates ?? [],
    description: subscription.description,
    discounts: named(subscription.discounts),
    invoice_settings: invoiceSettings(subscription.days_until_due),
    items: items.map((item) => ({
      billing_thresholds: null,
      discounts: named(item.discounts),
      metadata: item.metadata,
      plan: item.price,
      price: item.price,
      ...(item.quantity === undefined ? {} : { quantity: item.quantity }),
      tax_rates: item.tax_rates ?? [],
    })),
    on_behalf_of: null,
    transfer_data: null,
  };
}

const named = (discounts: SubscriptionRow['discounts']): Phase['discounts'] =>
  discounts.map((one) => ({ coupon: null, discount: idOf(one), promotion_code: null }));

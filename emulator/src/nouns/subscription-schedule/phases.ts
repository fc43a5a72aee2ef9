import type { Values } from '../../api/params.js';
import {
  emptyable,
  flag,
  hash,
  integer,
  listOf,
  mergeMetadata,
  metadata,
  needed,
  oneOf,
  orWord,
  text,
  timestamp,
  unbuiltAll,
} from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import type { ScheduleRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { automaticTaxParam, taxOfSubscription } from '../shared/automatic-tax.js';
import type { DiscountSent } from '../discount/operations.js';
import { discountsParam } from '../discount/operations.js';
import { after } from '../subscription/period.js';
import { checkTrialEnd } from '../subscription/trial.js';
import { checkDistinct } from '../subscription/items.js';
import { priceOf } from '../price/create.js';
import { isMetered } from '../price/metered.js';
import { currencyParam } from '../shared/params.js';
import { ratesOf } from '../tax-rate/operations.js';

export const phaseParam = () =>
  hash({
    automatic_tax: automaticTaxParam(),
    billing_cycle_anchor: oneOf('automatic', 'phase_start'),
    collection_method: oneOf('charge_automatically', 'send_invoice'),
    currency: currencyParam(),
    default_payment_method: text(),
    default_tax_rates: emptyable(listOf(text())),
    description: emptyable(text(500)),
    discounts: discountsParam(),
    duration: hash({ interval: needed(oneOf('day', 'week', 'month', 'year')), interval_count: integer(1) }),
    end_date: orWord('now', timestamp()),
    invoice_settings: hash({
      days_until_due: integer(0),
      ...unbuiltAll('account_tax_ids', 'custom_fields', 'description', 'footer', 'issuer'),
    }),
    items: needed(
      listOf(
        hash({
          discounts: discountsParam(),
          metadata: metadata(),
          plan: text(),
          price: text(),
          quantity: integer(0),
          tax_rates: emptyable(listOf(text())),
          ...unbuiltAll('billing_thresholds', 'price_data', 'trial'),
        }),
      ),
    ),
    // The name before `duration`, for older versions and for the official command line, which still sends it.
    iterations: integer(1),
    metadata: metadata(),
    proration_behavior: oneOf('always_invoice', 'create_prorations', 'none'),
    start_date: orWord('now', timestamp()),
    trial: flag(),
    trial_end: orWord('now', timestamp()),
    ...unbuiltAll(
      'add_invoice_items',
      'application_fee_percent',
      'billing_thresholds',
      'on_behalf_of',
      'transfer_data',
      'trial_continuation',
      'trial_settings',
    ),
  });

export type PhaseSent = Values<{ phase: ReturnType<typeof phaseParam> }>['phase'];
export type Phase = ScheduleRow['phases'][number];

/** The phases in full, each beginning where the one before ends. */
export function phasesOf(unit: Unit, sent: readonly NonNullable<PhaseSent>[], start: number): Phase[] {
  let from = start;
  return sent.map((phase, index) => {
    const begins = typeof phase.start_date === 'number' ? phase.start_date : from;
    const made = phaseOf(unit, phase, begins, `phases[${index}]`);
    from = made.end_date;
    return made;
  });
}

function phaseOf(unit: Unit, sent: NonNullable<PhaseSent>, start: number, at: string): Phase {
  const prices = sent.items.map((item, index) =>
    priceOf(unit, item.price ?? item.plan ?? '', `${at}[items][${index}][price]`),
  );
  const [first] = prices;
  if (first === undefined) throw invalid(`Missing required param: ${at}[items].`, `${at}[items]`, 'parameter_missing');
  const end = endOf(unit, sent, start, first.recurring ?? { interval: 'month', interval_count: 1 });
  if (end <= start) throw invalid('The end of a phase must be after its start.', `${at}[end_date]`);
  const trialEnd = sent.trial === true ? end : sent.trial_end === 'now' ? unit.now : (sent.trial_end ?? null);
  if (trialEnd !== null && trialEnd > start) checkTrialEnd(start, trialEnd, `${at}[trial_end]`);
  checkDistinct(prices.map(({ id }) => id));
  const rates = sent.default_tax_rates;
  return {
    add_invoice_items: [],
    application_fee_percent: null,
    ...(sent.automatic_tax === undefined ? {} : { automatic_tax: taxOfSubscription(sent.automatic_tax) }),
    billing_cycle_anchor: sent.billing_cycle_anchor ?? null,
    billing_thresholds: null,
    collection_method: sent.collection_method ?? null,
    currency: first.currency,
    default_payment_method: sent.default_payment_method ?? null,
    default_tax_rates: rates === undefined || rates === null ? [] : ratesOf(unit, rates),
    description: sent.description ?? null,
    discounts: discountsOf(unit, sent.discounts, `${at}[discounts]`),
    end_date: end,
    invoice_settings: invoiceSettings(sent.invoice_settings?.days_until_due),
    items: sent.items.map((item, index) => ({
      billing_thresholds: null,
      discounts: discountsOf(unit, item.discounts, `${at}[items][${index}][discounts]`),
      metadata: mergeMetadata(null, item.metadata),
      plan: prices[index]?.id ?? '',
      price: prices[index]?.id ?? '',
      ...(isMetered(prices[index]) ? {} : { quantity: item.quantity ?? 1 }),
      tax_rates: ratesOf(unit, item.tax_rates),
    })),
    metadata: mergeMetadata(null, sent.metadata),
    on_behalf_of: null,
    proration_behavior: sent.proration_behavior ?? 'create_prorations',
    start_date: start,
    transfer_data: null,
    trial_end: trialEnd,
  };
}

/** Each of the three ways to name a discount, as it was sent. It is redeemed when the phase begins. */
function discountsOf(unit: Unit, sent: readonly DiscountSent[] | null | undefined, at: string): Phase['discounts'] {
  return (sent ?? []).map(({ coupon = null, discount = null, promotion_code: promotion = null }, index) => {
    if (coupon !== null) unit.need('coupon', coupon, `${at}[${index}][coupon]`);
    if (discount !== null) unit.need('discount', discount, `${at}[${index}][discount]`);
    if (promotion !== null) unit.need('promotion_code', promotion, `${at}[${index}][promotion_code]`);
    return { coupon, discount, promotion_code: promotion };
  });
}

/** null where nothing is set, as Stripe shows it. */
export function invoiceSettings(daysUntilDue: number | null | undefined): Phase['invoice_settings'] {
  if (daysUntilDue === null || daysUntilDue === undefined) return null;
  const nothing = { account_tax_ids: null, custom_fields: null, description: null, footer: null, issuer: null };
  return { ...nothing, days_until_due: daysUntilDue };
}

/** Given as a date, as a duration, or as a number of the price's periods. Default: one period. */
function endOf(
  unit: Unit,
  sent: NonNullable<PhaseSent>,
  start: number,
  recurring: { interval: string; interval_count: number },
): number {
  if (sent.end_date === 'now') return unit.now;
  if (sent.end_date !== undefined) return sent.end_date;
  const { interval, interval_count = 1 } = sent.duration ?? recurring;
  return after(start, interval, sent.duration === undefined ? interval_count * (sent.iterations ?? 1) : interval_count);
}

import type Stripe from 'stripe';
import type { Values } from '../../api/params.js';
import {
  accepted,
  emptyable,
  flag,
  fraction,
  hash,
  integer,
  listOf,
  metadata,
  needed,
  oneOf,
  orWord,
  text,
  timestamp,
  unbuiltAll,
} from '../../api/params.js';
import { invalid, missing } from '../../api/problem.js';
import { given } from '../../api/standard.js';
import { priceIn } from '../price/currency-options.js';
import type { PriceRow } from '../price/row.js';
import type { SubscriptionRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { declineProblem, notAttached } from '../payment-method/attach.js';
import { testCard } from '../payment-method/card.js';
import { noPaymentMethod } from '../invoice/pay.js';
import { setCurrency } from '../invoice/edit.js';
import { collectInvoice } from '../invoice/status.js';
import { automaticTaxParam } from '../shared/automatic-tax.js';
import { discountsParam, redeemAll } from '../discount/operations.js';
import { checkDays } from './collection.js';
import { newSubscription } from './new-row.js';
import { paymentSettings } from './payment-settings.js';
import { methodOf } from './payment-method.js';
import { checkTrialEnd, warnOfTrialEnd } from './trial.js';
import { newSetup } from '../setup-intent/attempt.js';
import { checkAnchor } from './anchor.js';
import { anchorConfigParam, anchorOf } from './anchor-config.js';
import { checkBackdate } from './backdate.js';
import { billSubscription } from './bill.js';
import { addExtraItems, extraItemsParam } from './extra-items.js';
import { currencyParam } from '../shared/params.js';
import type { ItemSent } from './items.js';
import { addItem, checkCurrency, checkDistinct, itemPrice, newItemsParam } from './items.js';
import { invoiceSettingsParam } from './invoice-settings.js';
import { checkSharing } from './sharing.js';
import { pendingIntervalParam } from './pending-interval.js';
import { newItems, singleItemParams } from './single-item.js';
import { checkThresholds } from './threshold.js';
import { thresholdsParam } from './threshold-params.js';

const trialSettings = () =>
  hash({
    end_behavior: needed(
      hash({
        missing_payment_method: needed(oneOf('cancel', 'create_invoice', 'pause')),
        billing_cycle_anchor: oneOf('now', 'unchanged'),
      }),
    ),
  });

/** What creating and updating have in common. */
export const subscriptionFields = {
  automatic_tax: automaticTaxParam(),
  cancel_at_period_end: flag(),
  collection_method: oneOf('charge_automatically', 'send_invoice'),
  days_until_due: integer(0),
  default_payment_method: emptyable(text()),
  default_tax_rates: emptyable(listOf(text())),
  discounts: discountsParam(),
  metadata: metadata(),
  off_session: flag(),
  payment_behavior: oneOf('allow_incomplete', 'default_incomplete', 'error_if_incomplete', 'pending_if_incomplete'),
  payment_settings: paymentSettings(),
  proration_behavior: oneOf('always_invoice', 'create_prorations', 'none'),
  trial_end: orWord('now', timestamp()),
  trial_from_plan: flag(),
  trial_settings: trialSettings(),
  add_invoice_items: extraItemsParam(),
  application_fee_percent: emptyable(fraction(0, 100)),
  invoice_settings: invoiceSettingsParam(),
  on_behalf_of: emptyable(text()),
  transfer_data: emptyable(hash({ amount_percent: fraction(0, 100), destination: needed(text()) })),
  billing_thresholds: thresholdsParam(),
  pending_invoice_item_interval: pendingIntervalParam(),
  ...unbuiltAll('billing_schedules', 'default_source'),
};

export const createParams = {
  ...subscriptionFields,
  customer: needed(text()),
  ...singleItemParams,
  items: newItemsParam(),
  billing_mode: hash({ type: needed(oneOf('classic', 'flexible')), flexible: accepted() }),
  cancel_at: orWord('min_period_end', orWord('max_period_end', timestamp())),
  currency: currencyParam(),
  description: text(500),
  trial_period_days: integer(0, 730),
  billing_cycle_anchor: timestamp(),
  backdate_start_date: timestamp(),
  billing_cycle_anchor_config: anchorConfigParam(),
  ...unbuiltAll('customer_account'),
};

export type SubscriptionSent = Values<typeof createParams>;
type Sent = SubscriptionSent;

/**
 * Creates a subscription with its first invoice, and pays it where a payment method is at hand. What happens when the
 * payment does not go through at once is `payment_behavior`'s choice; in a trial only what was pending is due.
 */
export function createSubscription(
  unit: Unit,
  asked: Sent,
  more: { pays?: boolean; patch?: Partial<SubscriptionRow> } = {},
): SubscriptionRow {
  const customer = liveCustomer(unit, asked.customer);
  const items = pricedItems(unit, newItems(asked));
  checkBackdate(unit, asked.backdate_start_date);
  const anchor = anchorOf(
    unit.now,
    asked,
    items.map(({ price }) => price),
  );
  const sent: Sent = { ...asked, ...given({ billing_cycle_anchor: anchor }) };
  checkDistinct(items.map(({ price }) => price.id));
  checkDays(sent);
  const currency = currencyOf(customer, sent.currency, items);
  checkSharing(unit, sent);
  if (sent.default_payment_method) ownMethod(unit, sent.default_payment_method, customer.id);
  const trialEnd = trialEndOf(
    unit,
    sent,
    items.map(({ price }) => price),
  );
  checkAnchor(
    unit,
    sent,
    items.map(({ price }) => price),
    trialEnd,
  );
  const row = unit.insertUnannounced('subscription', {
    ...newSubscription(unit, sent, currency, trialEnd),
    ...more.patch,
  });
  unit.update('subscription', row.id, {
    discounts: redeemAll(unit, sent.discounts, { customer: customer.id, subscription: row.id }),
  });
  const period = { start: unit.now, end: trialEnd ?? sent.billing_cycle_anchor };
  for (const { price, item } of items) addItem(unit, row, { price, sent: item, period });
  checkThresholds(unit, row.id);
  addExtraItems(unit, row, sent.add_invoice_items);
  setCurrency(unit, customer.id, currency);
  beginPaying(unit, row, sent, trialEnd !== undefined);
  if (more.pays === true) payFirst(unit, row.id);
  if (sent.cancel_at_period_end === true || sent.cancel_at !== undefined) {
    unit.update(
      'subscription',
      row.id,
      endingAt(unit, row.id, sent.cancel_at ?? 'max_period_end', sent.cancel_at_period_end === true),
    );
  }
  const announced = unit.announce('subscription', row.id);
  warnOfTrialEnd(unit, announced.id);
  return announced;
}

function beginPaying(unit: Unit, row: SubscriptionRow, sent: Sent, trial: boolean): void {
  const behavior = sent.payment_behavior ?? 'allow_incomplete';
  const sends = row.collection_method === 'send_invoice';
  const invoice = billSubscription(unit, row, 'subscription_create');
  const free = invoice.status === 'paid';
  const begun = trial ? 'trialing' : 'active';
  unit.update('subscription', row.id, { latest_invoice: invoice.id, status: sends || free ? begun : 'incomplete' });
  if (sends) return;
  if (free) {
    // Nothing was due now, but something will be.
    if (behavior === 'default_incomplete') askForMethod(unit, row);
    return;
  }
  if (behavior === 'default_incomplete') return;
  if (methodOf(unit, row) === null) throw noPaymentMethod();
  const outcome = collectInvoice(unit, invoice.id, { offSession: sent.off_session });
  if (behavior !== 'error_if_incomplete' || outcome?.is === 'succeeded') return;
  throw declineProblem(
    outcome?.is === 'declined'
      ? outcome.decline
      : {
          code: 'subscription_payment_intent_requires_action',
          decline_code: 'authentication_required',
          message:
            'Payment for this subscription requires additional user action before it can be completed successfully.',
        },
  );
}

/** A subscription that nobody waits for is paid with what is at hand; otherwise it stays incomplete. */
function payFirst(unit: Unit, id: string): void {
  const row = unit.need('subscription', id);
  if (row.status === 'incomplete' && methodOf(unit, row) !== null) {
    collectInvoice(unit, idOf(row.latest_invoice) ?? '', { offSession: true });
  }
}

/** Nothing is due now: a setup intent collects the payment method for later, unless a ready one is there. */
function askForMethod(unit: Unit, row: SubscriptionRow): void {
  const method = unit.find('payment_method', idOf(unit.need('subscription', row.id).default_payment_method));
  if (method !== undefined && (testCard(method.hidden.card).challenge === undefined || method.hidden.authenticated))
    return;
  const setup = newSetup(unit, {
    customer: idOf(row.customer),
    paymentMethod: method?.id ?? null,
    subscription: row.id,
  });
  unit.update('subscription', row.id, { pending_setup_intent: setup.id });
}

/**
 * As asked; else the customer's, if all prices have it; else that of the first price.
 * @throws Problem for a price that does not have it, and for a customer with another
 */
function currencyOf(
  customer: Stripe.Customer,
  asked: string | undefined,
  items: readonly { price: PriceRow }[],
): string {
  const own = customer.currency;
  const has = (currency: string): boolean => items.every(({ price }) => priceIn(price, currency) !== undefined);
  const currency = asked ?? (own && has(own) ? own : (items[0]?.price.currency ?? 'usd'));
  items.forEach(({ price }, index) => checkCurrency(price, currency, `items[${index}][price]`));
  if (own && own !== currency) {
    throw invalid(
      `You cannot combine currencies on a single customer. This customer has an active subscription, subscription schedule, discount, quote, or invoice item with currency ${own}.`,
    );
  }
  return currency;
}

function liveCustomer(unit: Unit, id: string): Stripe.Customer {
  const row = unit.find('customer', id);
  if (row === undefined) throw missing('customer', id, 'customer', 400);
  return row;
}

/** @throws Problem when the method is not this customer's. */
export function ownMethod(unit: Unit, id: string, customer: string): void {
  const method = unit.need('payment_method', id, 'default_payment_method');
  if (method.customer !== customer) throw notAttached(id, 'default_payment_method');
}

function pricedItems(unit: Unit, sent: readonly ItemSent[]): { price: PriceRow; item: ItemSent }[] {
  if (sent.length === 0) throw invalid('Missing required param: items.', 'items', 'parameter_missing');
  return sent.map((item, index) => {
    const at = `items[${index}]`;
    const price = itemPrice(unit, item, at);
    if (price === undefined)
      throw invalid(`Missing required param: ${at}[price].`, `${at}[price]`, 'parameter_missing');
    return { price, item };
  });
}

function trialEndOf(unit: Unit, sent: Sent, prices: readonly PriceRow[]): number | undefined {
  if (sent.trial_end === 'now') return undefined;
  if (sent.trial_end !== undefined) {
    if (sent.trial_period_days !== undefined) {
      throw invalid('You may only specify one of these parameters: trial_end, trial_period_days.', 'trial_end');
    }
    checkTrialEnd(unit.now, sent.trial_end, 'trial_end');
    return sent.trial_end;
  }
  const ofPlans = Math.max(0, ...prices.map((price) => price.recurring?.trial_period_days ?? 0));
  const days = sent.trial_period_days ?? (sent.trial_from_plan === true ? ofPlans : 0);
  return days === 0 ? undefined : unit.now + days * 86_400;
}

/** The fields of a subscription that will end: `cancel_at` always, and whether it is the period's end. */
export function endingAt(
  unit: Unit,
  id: string,
  at: number | 'max_period_end' | 'min_period_end',
  atPeriodEnd: boolean,
): Partial<SubscriptionRow> {
  const ends = unit.all('subscription_item', 'subscription', id).map((item) => item.current_period_end);
  const moment = at === 'max_period_end' ? Math.max(...ends) : at === 'min_period_end' ? Math.min(...ends) : at;
  if (moment <= unit.now) throw invalid('cancel_at must be in the future.', 'cancel_at');
  return {
    cancel_at: moment,
    cancel_at_period_end: atPeriodEnd,
    canceled_at: unit.now,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: 'cancellation_requested' },
  };
}

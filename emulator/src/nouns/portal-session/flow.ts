import type Stripe from 'stripe';
import type { Values } from '../../api/params.js';
import { hash, integer, listOf, needed, oneOf, text, webAddress } from '../../api/params.js';
import { invalid, missing } from '../../api/problem.js';
import { given } from '../../api/standard.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { hasEnded } from '../subscription/end.js';
import type { SubscriptionRow } from '../subscription/row.js';

type Flow = Stripe.BillingPortal.Session.Flow;
type Features = Stripe.BillingPortal.Configuration['features'];

const TYPES = [
  'customer_update',
  'payment_method_update',
  'subscription_cancel',
  'subscription_pause',
  'subscription_update',
  'subscription_update_confirm',
] as const;

const ofSubscription = () => hash({ subscription: needed(text()) });

/** A visit for one purpose (https://docs.stripe.com/customer-management/portal-deep-links). */
export const flowParam = () =>
  hash({
    type: needed(oneOf(...TYPES)),
    after_completion: hash({
      type: needed(oneOf('hosted_confirmation', 'portal_homepage', 'redirect')),
      hosted_confirmation: hash({ custom_message: text(500) }),
      redirect: hash({ return_url: needed(webAddress()) }),
    }),
    subscription_cancel: hash({
      subscription: needed(text()),
      retention: hash({
        type: needed(oneOf('coupon_offer')),
        coupon_offer: needed(hash({ coupon: needed(text()) })),
      }),
    }),
    subscription_pause: ofSubscription(),
    subscription_update: ofSubscription(),
    subscription_update_confirm: hash({
      subscription: needed(text()),
      items: needed(listOf(hash({ id: needed(text()), price: text(), quantity: integer(0) }), 1)),
      discounts: listOf(hash({ coupon: text(), promotion_code: text() }), 1),
    }),
  });

export type FlowSent = Values<{ flow: ReturnType<typeof flowParam> }>['flow'] & object;

interface Visit {
  customer: string;
  features: Features;
  /** Whether the session names its configuration. What the account's default one offers is not Stripe's. */
  isNamed: boolean;
}

/** The flow as the session shows it. @throws Problem for one that the customer could not complete */
export function flowOf(unit: Unit, sent: FlowSent, visit: Visit): Flow {
  const { subscription_cancel: cancel, subscription_update_confirm: confirm } = sent;
  const checked = { after_completion: afterCompletion(sent.after_completion), type: sent.type };
  const nothing = {
    customer_update: sent.type === 'customer_update' ? {} : null,
    subscription_cancel: null,
    subscription_pause: null,
    subscription_update: null,
    subscription_update_confirm: null,
  };
  checkSubscription(unit, sent, visit);
  if (cancel?.retention !== undefined) {
    unit.need('coupon', cancel.retention.coupon_offer.coupon, 'flow_data[subscription_cancel][retention]');
  }
  if (confirm !== undefined) checkItems(unit, confirm, visit);
  return {
    ...nothing,
    ...given({
      subscription_cancel:
        cancel === undefined ? undefined : { retention: cancel.retention ?? null, subscription: cancel.subscription },
      subscription_pause: sent.subscription_pause,
      subscription_update: sent.subscription_update,
      subscription_update_confirm:
        confirm === undefined
          ? undefined
          : {
              discounts:
                confirm.discounts?.map(({ coupon = null, promotion_code = null }) => ({ coupon, promotion_code })) ??
                null,
              items: confirm.items.map(({ id, price = null, quantity }) => ({ id, price, ...given({ quantity }) })),
              subscription: confirm.subscription,
            },
    }),
    ...checked,
  };
}

function afterCompletion(sent: FlowSent['after_completion']): Flow['after_completion'] {
  const type = sent?.type ?? 'portal_homepage';
  if (type === 'redirect' && sent?.redirect === undefined) {
    const at = 'flow_data[after_completion][redirect]';
    throw invalid(`Missing required param: ${at}.`, at, 'parameter_missing');
  }
  const confirmation = sent?.hosted_confirmation;
  return {
    hosted_confirmation:
      type === 'hosted_confirmation' ? { custom_message: confirmation?.custom_message ?? null } : null,
    redirect: type === 'redirect' ? (sent?.redirect ?? null) : null,
    type,
  };
}

/** What the flow does to its subscription, in words, and the feature that allows it. */
const DONE: Readonly<Record<string, { words: string; feature: keyof Features }>> = {
  subscription_cancel: { words: 'canceled', feature: 'subscription_cancel' },
  subscription_pause: { words: 'paused', feature: 'subscription_pause' },
  subscription_update: { words: 'updated', feature: 'subscription_update' },
  subscription_update_confirm: { words: 'updated', feature: 'subscription_update' },
};

function checkSubscription(unit: Unit, sent: FlowSent, { customer, features, isNamed }: Visit): void {
  const done = DONE[sent.type];
  if (done === undefined) return;
  const at = `flow_data[${sent.type}]`;
  const told = sent[sent.type as 'subscription_cancel'];
  if (told === undefined) throw invalid(`Missing required param: ${at}.`, at, 'parameter_missing');
  const row = unit.need('subscription', told.subscription, `${at}[subscription]`);
  if (idOf(row.customer) !== customer) throw missing('subscription', row.id, `${at}[subscription]`, 400);
  const cannot = `This subscription cannot be ${done.words} because`;
  // better-auth confirms updates with the account's default configuration, which Stripe's Dashboard sets up.
  const checked = isNamed || sent.type !== 'subscription_update_confirm';
  if (checked && !features[done.feature].enabled) {
    const feature = done.feature.replace('_', ' ');
    throw invalid(`${cannot} the ${feature} feature in the portal configuration is disabled.`, at);
  }
  if (hasEnded(row)) throw invalid(`${cannot} it is ${row.status}.`, `${at}[subscription]`);
  if (sent.type === 'subscription_cancel') checkGoesOn(row, `${at}[subscription]`);
}

/** What will end cannot be made to end. */
function checkGoesOn({ cancel_at: at, cancel_at_period_end: atPeriodEnd }: SubscriptionRow, param: string): void {
  if (at === null && !atPeriodEnd) return;
  throw invalid(
    `This subscription cannot be canceled because it is already set to be canceled${atPeriodEnd ? ' at the end of the period' : ''}.`,
    param,
  );
}

/** One item, of a subscription with one, at a price that the configuration offers. */
function checkItems(
  unit: Unit,
  { subscription, items: sent }: NonNullable<FlowSent['subscription_update_confirm']>,
  { features, isNamed }: Visit,
): void {
  const at = 'flow_data[subscription_update_confirm][items]';
  const items = unit.all('subscription_item', 'subscription', subscription);
  const [wanted] = sent;
  if (wanted === undefined) throw invalid(`Missing required param: ${at}.`, at, 'parameter_missing');
  if (items.length > 1) throw invalid('Subscriptions with multiple items cannot be updated in the portal.', at);
  if (items[0]?.id !== wanted.id) throw missing('subscription_item', wanted.id, `${at}[0][id]`, 400);
  if (wanted.price === undefined) return;
  const { id } = unit.need('price', wanted.price, `${at}[0][price]`);
  const offered = (features.subscription_update.products ?? []).flatMap(({ prices }) => prices);
  if (isNamed && !offered.includes(id)) {
    throw invalid(`The price ${id} is not in the products of the portal configuration.`, `${at}[0][price]`);
  }
}

import type Stripe from 'stripe';
import { listOperation } from '../api/list.js';
import type { Operation } from '../api/operation.js';
import { operation } from '../api/operation.js';
import { flag, hash, listOf, mergeMetadata, metadata, needed, oneOf, text, unbuiltAll } from '../api/params.js';
import { given, retrieveOperation } from '../api/standard.js';
import { newId, randomText } from '../state/id.js';
import type { Resource } from '../state/resource.js';
import type { Unit } from '../state/unit.js';
import { createCheckout } from './checkout-create.js';
import { paymentIntentData, subscriptionData } from './checkout-params.js';
import { addItems, itemsOf, lineItemsParam, pricedLines } from './line-items.js';
import { currencyParam } from './shared.js';

export const paymentLink: Resource<'payment_link'> = {
  title: 'payment link',
  prefix: 'plink',
  created: [{ name: 'payment_link.created' }],
  updated: [{ name: 'payment_link.updated' }],
};

const fields = {
  after_completion: hash({
    type: needed(oneOf('hosted_confirmation', 'redirect')),
    hosted_confirmation: hash({ custom_message: text(500) }),
    redirect: hash({ url: needed(text()) }),
  }),
  allow_promotion_codes: flag(),
  billing_address_collection: oneOf('auto', 'required'),
  customer_creation: oneOf('always', 'if_required'),
  inactive_message: text(500),
  metadata: metadata(),
  payment_intent_data: paymentIntentData(),
  payment_method_collection: oneOf('always', 'if_required'),
  payment_method_types: listOf(text()),
  submit_type: oneOf('auto', 'book', 'donate', 'pay', 'subscribe'),
  subscription_data: subscriptionData(),
  ...unbuiltAll(
    'application_fee_amount',
    'application_fee_percent',
    'automatic_tax',
    'consent_collection',
    'custom_fields',
    'custom_text',
    'invoice_creation',
    'managed_payments',
    'name_collection',
    'on_behalf_of',
    'optional_items',
    'payment_method_options',
    'phone_number_collection',
    'restrictions',
    'shipping_address_collection',
    'shipping_options',
    'tax_id_collection',
    'transfer_data',
  ),
};

export const paymentLinkOperations: readonly Operation[] = [
  operation(
    'POST /v1/payment_links',
    { ...fields, currency: currencyParam(), line_items: needed(lineItemsParam()) },
    ({ unit, params }) => {
      const { line_items, currency, ...sent } = params;
      const lines = pricedLines(unit, line_items);
      const id = newId('plink');
      addItems(unit, id, lines);
      const recurring = lines.some(({ price }) => price.recurring !== null);
      const row = unit.insert('payment_link', {
        ...newLink(unit, id, lines[0]?.price.currency ?? currency ?? 'usd'),
        customer_creation: sent.customer_creation ?? (recurring ? 'always' : 'if_required'),
        metadata: mergeMetadata(null, sent.metadata),
        ...patchOf(sent),
      });
      return unit.view('payment_link', row);
    },
  ),
  retrieveOperation('/v1/payment_links', 'payment_link'),
  operation('POST /v1/payment_links/:id', { ...fields, active: flag() }, ({ unit, at, params }) => {
    const row = unit.need('payment_link', at.id ?? '');
    const patch = given({
      ...patchOf(params),
      active: params.active,
      customer_creation: params.customer_creation,
      metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
    });
    return unit.view('payment_link', unit.update('payment_link', row.id, patch));
  }),
  listOperation('/v1/payment_links/:id/line_items', {
    type: 'item',
    parent: { type: 'payment_link', field: 'hidden.owner' },
    filters: {},
    oldestFirst: true,
  }),
  listOperation('/v1/payment_links', {
    type: 'payment_link',
    filters: { active: { param: flag(), field: 'active' } },
  }),
];

interface Sent {
  after_completion?: {
    type: 'hosted_confirmation' | 'redirect';
    hosted_confirmation?: { custom_message?: string };
    redirect?: { url: string };
  };
  allow_promotion_codes?: boolean;
  billing_address_collection?: string;
  inactive_message?: string;
  payment_intent_data?: object;
  payment_method_collection?: string;
  payment_method_types?: string[];
  submit_type?: string;
  subscription_data?: object;
}

function patchOf(sent: Sent): Partial<Stripe.PaymentLink> {
  const { after_completion: after } = sent;
  return given({
    after_completion:
      after === undefined
        ? undefined
        : after.type === 'redirect'
          ? { redirect: { url: after.redirect?.url ?? '' }, type: 'redirect' }
          : {
              hosted_confirmation: { custom_message: after.hosted_confirmation?.custom_message ?? null },
              type: 'hosted_confirmation',
            },
    allow_promotion_codes: sent.allow_promotion_codes,
    billing_address_collection: sent.billing_address_collection,
    inactive_message: sent.inactive_message,
    payment_intent_data: sent.payment_intent_data as Stripe.PaymentLink.PaymentIntentData | undefined,
    payment_method_collection: sent.payment_method_collection,
    payment_method_types: sent.payment_method_types,
    submit_type: sent.submit_type,
    subscription_data: sent.subscription_data as Stripe.PaymentLink.SubscriptionData | undefined,
  });
}

function newLink(unit: Unit, id: string, currency: string): Stripe.PaymentLink {
  return {
    id,
    object: 'payment_link',
    active: true,
    after_completion: { hosted_confirmation: { custom_message: null }, type: 'hosted_confirmation' },
    allow_promotion_codes: false,
    application: null,
    application_fee_amount: null,
    application_fee_percent: null,
    automatic_tax: { enabled: false, liability: null },
    billing_address_collection: 'auto',
    consent_collection: null,
    currency,
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
    customer_creation: 'if_required',
    inactive_message: null,
    invoice_creation: null,
    livemode: false,
    managed_payments: null,
    metadata: {},
    on_behalf_of: null,
    payment_intent_data: null,
    payment_method_collection: 'always',
    payment_method_options: null,
    payment_method_types: null,
    phone_number_collection: { enabled: false },
    restrictions: null,
    shipping_address_collection: null,
    shipping_options: [],
    submit_type: 'auto',
    subscription_data: null,
    tax_id_collection: { enabled: false, required: 'never' },
    transfer_data: null,
    url: `${unit.store.origin}/b/test_${randomText(14)}${id.slice(-6)}`,
  };
}

/** The link with this address's last part. */
export function linkOfPage(unit: Unit, slug: string): Stripe.PaymentLink | undefined {
  for (const row of unit.store.tables.payment_link.walk()) if (row.url.endsWith(`/b/${slug}`)) return row;
  return undefined;
}

/** Opens a link: a checkout session of its own for each visitor; null when it is no longer active. */
export function openLink(unit: Unit, slug: string): string | null {
  const row = linkOfPage(unit, slug);
  if (row?.active !== true) return null;
  const success = row.after_completion.redirect?.url ?? `${unit.store.origin}/c/done`;
  const session = createCheckout(
    unit,
    given({
      allow_promotion_codes: row.allow_promotion_codes,
      line_items: itemsOf(unit, row.id).map((line) => ({ price: line.price, quantity: line.quantity ?? 1 })),
      metadata: row.metadata,
      payment_intent_data: (row.payment_intent_data ?? undefined) as never,
      subscription_data: (row.subscription_data ?? undefined) as never,
      success_url: success,
    }),
    { payment_link: row.id },
  );
  return session.url;
}

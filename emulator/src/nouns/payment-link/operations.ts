import type Stripe from 'stripe';
import { listOperation } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
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
  text,
  unbuiltAll,
  webAddress,
} from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { complete, given, retrieveOperation } from '../../api/standard.js';
import { newId, randomText } from '../../state/id.js';
import type { Unit } from '../../state/unit.js';
import { collectParams, toCollect } from '../checkout-session/collect.js';
import { invoiceCreation, invoiceCreationParam } from '../checkout-session/invoice.js';
import { optionalItems, optionalItemsParam } from '../checkout-session/lines.js';
import { paymentIntentData, subscriptionData } from '../checkout-session/params.js';
import { addItems, itemsOf, lineItemsParam, pricedLines } from '../item/operations.js';
import { currencyParam } from '../shared/params.js';

const created = {
  ...collectParams,
  after_completion: hash({
    type: needed(oneOf('hosted_confirmation', 'redirect')),
    hosted_confirmation: hash({ custom_message: text(500) }),
    redirect: hash({ url: needed(webAddress()) }),
  }),
  allow_promotion_codes: flag(),
  billing_address_collection: oneOf('auto', 'required'),
  customer_creation: oneOf('always', 'if_required'),
  inactive_message: emptyable(text(500)),
  invoice_creation: invoiceCreationParam(),
  metadata: metadata(),
  optional_items: optionalItemsParam(),
  payment_intent_data: paymentIntentData(),
  payment_method_collection: oneOf('always', 'if_required'),
  payment_method_types: emptyable(listOf(text())),
  restrictions: emptyable(hash({ completed_sessions: needed(hash({ limit: needed(integer(1)) })) })),
  shipping_options: listOf(hash({ shipping_rate: text() }), 10),
  submit_type: oneOf('auto', 'book', 'donate', 'pay', 'subscribe'),
  subscription_data: subscriptionData(),
  ...unbuiltAll(
    'application_fee_amount',
    'application_fee_percent',
    'managed_payments',
    'on_behalf_of',
    'payment_method_options',
    'transfer_data',
  ),
};
/** `''` takes away what a link asked for. */
const updated = {
  ...created,
  active: flag(),
  custom_fields: emptyable(created.custom_fields),
  shipping_address_collection: emptyable(created.shipping_address_collection),
  shipping_options: emptyable(created.shipping_options),
  ...unbuiltAll('line_items'),
};

export const paymentLinkOperations: readonly Operation[] = [
  operation(
    'POST /v1/payment_links',
    { ...created, currency: currencyParam(), line_items: needed(lineItemsParam()) },
    ({ unit, params }) => {
      const { line_items, currency, ...sent } = params;
      const lines = pricedLines(unit, line_items, currency);
      const id = newId('plink');
      addItems(unit, id, lines);
      const recurring = lines.some(({ price }) => price.recurring !== null);
      const shape = newLink(unit, id, lines[0]?.price.currency ?? currency ?? 'usd');
      const row = unit.insert('payment_link', {
        ...shape,
        customer_creation: recurring || sent.invoice_creation?.enabled === true ? 'always' : 'if_required',
        invoice_creation: recurring ? null : invoiceCreation(undefined),
        ...patchOf(unit, shape, recurring, sent),
      });
      return unit.view('payment_link', row);
    },
  ),
  retrieveOperation('/v1/payment_links', 'payment_link'),
  operation('POST /v1/payment_links/:id', updated, ({ unit, at, params }) => {
    const row = unit.need('payment_link', at.id ?? '');
    const recurring = itemsOf(unit, row.id).some(({ price }) => unit.need('price', price).recurring !== null);
    const patch = { ...patchOf(unit, row, recurring, params), ...given({ active: params.active }) };
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

type Sent = Values<typeof updated>;

const PAYMENT = [
  'capture_method',
  'description',
  'metadata',
  'setup_future_usage',
  'statement_descriptor',
  'statement_descriptor_suffix',
  'transfer_group',
] as const;

/** What was sent, as the link shows it. @throws Problem for what a link of its kind cannot ask for */
function patchOf(unit: Unit, row: Stripe.PaymentLink, recurring: boolean, sent: Sent): Partial<Stripe.PaymentLink> {
  if (recurring && sent.invoice_creation !== undefined) {
    throw invalid('`invoice_creation` is not available for recurring prices.', 'invoice_creation');
  }
  const { automatic_tax: tax, after_completion: after } = sent;
  const { custom_fields, shipping_address_collection, shipping_options, ...others } = sent;
  const asked = toCollect(unit, recurring ? 'subscription' : 'payment', {
    ...others,
    ...given({
      custom_fields: custom_fields ?? undefined,
      shipping_address_collection: shipping_address_collection ?? undefined,
      shipping_options: shipping_options ?? undefined,
    }),
  });
  const shown = {
    ...asked,
    automatic_tax: { enabled: tax?.enabled ?? false, liability: tax?.enabled === true ? { type: 'self' } : null },
    custom_fields: asked.custom_fields?.map(withoutValue),
    invoice_creation: invoiceCreation(sent.invoice_creation),
    metadata: mergeMetadata(row.metadata, sent.metadata),
    optional_items: optionalItems(unit, sent.optional_items),
    payment_intent_data: complete(PAYMENT, {
      ...sent.payment_intent_data,
      metadata: sent.payment_intent_data?.metadata ?? {},
    }),
    restrictions:
      sent.restrictions == null
        ? null
        : {
            completed_sessions: {
              count: row.restrictions?.completed_sessions.count ?? 0,
              limit: sent.restrictions.completed_sessions.limit,
            },
          },
    subscription_data: subscriptionOf(sent.subscription_data),
    ...(after === undefined ? {} : { after_completion: afterOf(after) }),
  };
  const plain = { ...sent, ...shown } as unknown as Record<string, unknown>;
  // Only what was sent changes, and only what a link has is shown.
  const names = Object.keys(sent).filter((name) => sent[name as keyof Sent] !== undefined && name !== 'active');
  return Object.fromEntries(names.map((name) => [name, plain[name]]));
}

function afterOf({ type, redirect, hosted_confirmation }: NonNullable<Sent['after_completion']>) {
  if (type === 'redirect') return { redirect: { url: redirect?.url ?? '' }, type };
  return { hosted_confirmation: { custom_message: hosted_confirmation?.custom_message ?? null }, type };
}

function subscriptionOf(sent: Sent['subscription_data']): Stripe.PaymentLink.SubscriptionData {
  return {
    description: sent?.description ?? null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    metadata: sent?.metadata ?? {},
    trial_period_days: sent?.trial_period_days ?? null,
    trial_settings: sent?.trial_settings ?? null,
  };
}

/** A link's field has no value: nobody has filled it in. */
function withoutValue(field: Stripe.Checkout.Session.CustomField): Stripe.PaymentLink.CustomField {
  const { type } = field;
  const shown = Object.entries(field[type as 'dropdown' | 'numeric' | 'text'] ?? {}).filter(
    ([name]) => name !== 'value',
  );
  return { ...field, [type]: Object.fromEntries(shown) };
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

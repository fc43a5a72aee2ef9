import {
  accepted,
  email,
  emptyable,
  flag,
  fraction,
  hash,
  integer,
  listOf,
  mapOf,
  metadata,
  needed,
  oneOf,
  text,
  timestamp,
  unbuiltAll,
  webAddress,
} from '../../api/params.js';
import { transferDataParam } from '../charge/share-out.js';
import { collectParams } from './collect.js';
import { invoiceCreationParam } from './invoice.js';
import { optionalItemsParam } from './lines.js';
import { discountsParam } from '../discount/operations.js';
import { lineItemsParam } from '../item/operations.js';
import { addressParam, currencyParam } from '../shared/params.js';
import { anchorConfigParam } from '../subscription/anchor-config.js';
import { invoiceSettingsParam } from '../subscription/invoice-settings.js';
import { taxIdFields } from '../tax-id/operations.js';

const shipping = () =>
  hash({
    address: needed(addressParam()),
    name: needed(text()),
    phone: text(),
    carrier: text(),
    tracking_number: text(),
  });

/** What the payment of a session or payment link gets. */
export const paymentIntentData = () =>
  hash({
    capture_method: oneOf('automatic', 'automatic_async', 'manual'),
    description: text(1000),
    metadata: metadata(),
    receipt_email: email(),
    setup_future_usage: oneOf('off_session', 'on_session'),
    shipping: shipping(),
    statement_descriptor: text(22),
    statement_descriptor_suffix: text(22),
    transfer_group: text(),
    application_fee_amount: integer(0),
    on_behalf_of: text(),
    transfer_data: transferDataParam(),
  });

/** What the subscription of a session or payment link gets. */
export const subscriptionData = () =>
  hash({
    application_fee_percent: fraction(0, 100),
    billing_mode: accepted(),
    default_tax_rates: listOf(text()),
    description: text(500),
    invoice_settings: invoiceSettingsParam(),
    metadata: metadata(),
    on_behalf_of: text(),
    transfer_data: hash({ amount_percent: fraction(0, 100), destination: needed(text()) }),
    trial_end: timestamp(),
    trial_period_days: integer(1, 730),
    trial_settings: hash({
      end_behavior: needed(hash({ missing_payment_method: needed(oneOf('cancel', 'create_invoice', 'pause')) })),
    }),
    billing_cycle_anchor: timestamp(),
    billing_cycle_anchor_config: anchorConfigParam(),
    proration_behavior: oneOf('create_prorations', 'none'),
    ...unbuiltAll('pending_invoice_item_interval'),
  });

export const checkoutParams = {
  ...collectParams,
  adaptive_pricing: hash({ enabled: flag() }),
  after_expiration: hash({ recovery: hash({ allow_promotion_codes: flag(), enabled: needed(flag()) }) }),
  allow_promotion_codes: flag(),
  billing_address_collection: oneOf('auto', 'required'),
  cancel_url: webAddress(),
  client_reference_id: text(200),
  currency: currencyParam(),
  customer: text(),
  customer_creation: oneOf('always', 'if_required'),
  customer_email: email(800),
  customer_update: hash({
    address: oneOf('auto', 'never'),
    name: oneOf('auto', 'never'),
    shipping: oneOf('auto', 'never'),
  }),
  discounts: discountsParam(),
  expires_at: timestamp(),
  integration_identifier: text(),
  invoice_creation: invoiceCreationParam(),
  line_items: lineItemsParam(),
  locale: text(),
  metadata: metadata(),
  mode: oneOf('payment', 'setup', 'subscription'),
  optional_items: optionalItemsParam(),
  payment_intent_data: paymentIntentData(),
  payment_method_configuration: text(),
  payment_method_collection: oneOf('always', 'if_required'),
  payment_method_options: accepted(),
  payment_method_types: listOf(text()),
  redirect_on_completion: oneOf('always', 'if_required', 'never'),
  return_url: webAddress(),
  saved_payment_method_options: accepted(),
  setup_intent_data: hash({ description: text(1000), metadata: metadata(), ...unbuiltAll('on_behalf_of') }),
  submit_type: oneOf('auto', 'book', 'donate', 'pay', 'subscribe'),
  subscription_data: subscriptionData(),
  success_url: webAddress(),
  ui_mode: oneOf('elements', 'embedded_page', 'form', 'hosted_page'),
  ...unbuiltAll(
    'allowed_payment_method_types',
    'branding_settings',
    'customer_account',
    'excluded_payment_method_types',
    'managed_payments',
    'origin_context',
    'payment_method_data',
    'permissions',
    'wallet_options',
  ),
};

export const payParams = {
  payment_method: text(),
  expected_amount: integer(0),
  expected_payment_method_type: text(),
  email: email(),
  name: emptyable(text()),
  promotion_code: text(),
  return_url: webAddress(),
  custom_fields: mapOf(text()),
  phone: text(),
  shipping: hash({ address: needed(addressParam()), name: needed(text()) }),
  shipping_rate: text(),
  business_name: text(150),
  individual_name: text(150),
  consent: hash({ promotions: oneOf('opt_in', 'opt_out'), terms_of_service: oneOf('accepted') }),
  optional_items: listOf(hash({ price: needed(text()), quantity: integer(1) })),
  tax_id: hash(taxIdFields),
};

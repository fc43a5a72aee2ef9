import type Stripe from 'stripe';
import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import type { Values } from '../../api/params.js';
import {
  accepted,
  email,
  emptyable,
  hash,
  integer,
  listOf,
  mergeMetadata,
  metadata,
  needed,
  oneOf,
  text,
  unbuiltAll,
} from '../../api/params.js';
import { deletedStub, given, retrieveOperation } from '../../api/standard.js';
import { newId, randomText } from '../../state/id.js';
import type { Unit } from '../../state/unit.js';
import { attach, notAttached } from '../payment-method/attach.js';
import { attachSource, tellSource } from '../source/operations.js';
import type { DiscountSent } from '../discount/operations.js';
import { setCustomerDiscount } from '../discount/operations.js';
import { endCustomer } from './delete.js';
import { clockFilter } from '../test-clock/time.js';
import { checkLocation, taxParam, taxSent } from './tax.js';
import { createTaxId, taxIdFields } from '../tax-id/operations.js';
import { addressParam, fullAddress } from '../shared/params.js';

const fields = {
  address: emptyable(addressParam()),
  balance: integer(),
  business_name: emptyable(text(150)),
  description: emptyable(text()),
  email: emptyable(email()),
  individual_name: emptyable(text(150)),
  invoice_prefix: text(12),
  invoice_settings: hash({
    custom_fields: emptyable(listOf(hash({ name: needed(text(40)), value: needed(text(140)) }), 4)),
    default_payment_method: emptyable(text()),
    footer: emptyable(text()),
    rendering_options: emptyable(
      hash({ amount_tax_display: emptyable(oneOf('exclude_tax', 'include_inclusive_tax')), template: text() }),
    ),
  }),
  metadata: metadata(),
  name: emptyable(text(256)),
  next_invoice_sequence: integer(1),
  phone: emptyable(text(20)),
  preferred_locales: emptyable(listOf(text())),
  shipping: emptyable(hash({ address: needed(addressParam()), name: needed(text()), phone: emptyable(text()) })),
  tax_exempt: emptyable(oneOf('exempt', 'none', 'reverse')),
  validate: accepted(),
  // Removed from the current version, but the official command line still sends them.
  coupon: emptyable(text()),
  promotion_code: text(),
  tax: taxParam(),
  ...unbuiltAll('cash_balance'),
};
const createParams = {
  ...fields,
  payment_method: text(),
  source: text(),
  tax_id_data: listOf(hash(taxIdFields), 5),
  test_clock: text(),
};
const updateParams = { ...fields, source: text(), default_source: text() };

export const customerOperations: readonly Operation[] = [
  operation('POST /v1/customers', createParams, ({ unit, params }) =>
    unit.view('customer', createCustomer(unit, params)),
  ),
  retrieveOperation('/v1/customers', 'customer'),
  operation('POST /v1/customers/:id', updateParams, ({ unit, at, params }) => {
    const row = unit.need('customer', at.id ?? '');
    const paymentMethod = params.invoice_settings?.default_payment_method;
    if (paymentMethod) ownPaymentMethod(unit, paymentMethod, row.id);
    const source = params.source === undefined ? undefined : attachSource(unit, params.source, row.id).id;
    const tax = params.tax === undefined ? {} : { tax: taxSent(row, params.tax) };
    const patch = { ...changes(row, params), ...tax, ...(source === undefined ? {} : { default_source: source }) };
    const discount = discountOf(params);
    const changed = unit.around('customer', row.id, () => {
      unit.update('customer', row.id, patch, []);
      if (discount !== undefined) setCustomerDiscount(unit, row.id, discount, []);
    });
    if (source !== undefined) tellSource(unit, source);
    checkLocation(changed, params.tax);
    return unit.view('customer', changed);
  }),
  operation('DELETE /v1/customers/:id', {}, ({ unit, at }) => {
    const { id } = unit.need('customer', at.id ?? '');
    endCustomer(unit, id);
    return deletedStub(id, 'customer');
  }),
  listOperation('/v1/customers', {
    type: 'customer',
    filters: { email: { param: text(), field: 'email' }, created: range('created'), test_clock: clockFilter },
  }),
];

type Sent = Values<typeof createParams>;

/** Undefined: the discount stays. Null: it is removed. */
function discountOf({
  coupon,
  promotion_code,
}: Pick<Sent, 'coupon' | 'promotion_code'>): DiscountSent | null | undefined {
  if (coupon === null) return null;
  if (coupon === undefined && promotion_code === undefined) return undefined;
  return given({ coupon, promotion_code });
}

/** `customer.created`, with everything that the parameters ask for. */
export function createCustomer(unit: Unit, params: Sent): Stripe.Customer {
  const { payment_method: paymentMethod, source } = params;
  const wanted = params.invoice_settings?.default_payment_method ?? undefined;
  if (params.test_clock !== undefined) unit.need('test_helpers.test_clock', params.test_clock, 'test_clock');
  const row = unit.insertUnannounced('customer', newCustomer(unit, params));
  const card = source === undefined ? null : attachSource(unit, source, row.id).id;
  if (card !== null) unit.update('customer', row.id, { default_source: card });
  const method = paymentMethod === undefined ? undefined : attach(unit, paymentMethod, row.id, 'payment_method');
  if (wanted !== undefined) {
    // The same magic id in both places means the one payment method that was just made of it.
    const own = method !== undefined && wanted === paymentMethod ? method.id : ownPaymentMethod(unit, wanted, row.id);
    setDefault(unit, row.id, own);
  }
  for (const taxId of params.tax_id_data ?? []) createTaxId(unit, row.id, taxId);
  if (params.tax !== undefined) unit.update('customer', row.id, { tax: taxSent(row, params.tax) }, []);
  checkLocation(unit.need('customer', row.id), params.tax);
  const discount = discountOf(params);
  if (discount) setCustomerDiscount(unit, row.id, discount);
  const announced = unit.announce('customer', row.id);
  if (card !== null) tellSource(unit, card);
  return announced;
}

function newCustomer(unit: Unit, sent: Sent): Stripe.Customer {
  return {
    id: newId('cus'),
    object: 'customer',
    address: fullAddress(sent.address),
    balance: sent.balance ?? 0,
    ...(sent.business_name ? { business_name: sent.business_name } : {}),
    created: unit.now,
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: sent.description ?? null,
    discount: null,
    email: sent.email ?? null,
    ...(sent.individual_name ? { individual_name: sent.individual_name } : {}),
    invoice_prefix: sent.invoice_prefix ?? randomText(8).toUpperCase(),
    invoice_settings: {
      custom_fields: sent.invoice_settings?.custom_fields ?? null,
      default_payment_method: null,
      footer: sent.invoice_settings?.footer ?? null,
      rendering_options: rendering(sent.invoice_settings?.rendering_options),
    },
    livemode: false,
    metadata: mergeMetadata(null, sent.metadata),
    name: sent.name ?? null,
    next_invoice_sequence: sent.next_invoice_sequence ?? 1,
    phone: sent.phone ?? null,
    preferred_locales: sent.preferred_locales ?? [],
    shipping: shipping(sent.shipping),
    tax_exempt: sent.tax_exempt ?? 'none',
    test_clock: sent.test_clock ?? null,
  };
}

function changes(row: Stripe.Customer, sent: Values<typeof updateParams>): Partial<Stripe.Customer> {
  const { custom_fields, default_payment_method, footer, rendering_options } = sent.invoice_settings ?? {};
  return given({
    address: sent.address === undefined ? undefined : fullAddress(sent.address),
    balance: sent.balance,
    business_name: sent.business_name ?? undefined,
    description: sent.description,
    email: sent.email,
    individual_name: sent.individual_name ?? undefined,
    invoice_prefix: sent.invoice_prefix,
    invoice_settings:
      sent.invoice_settings === undefined
        ? undefined
        : {
            custom_fields: custom_fields === undefined ? row.invoice_settings.custom_fields : custom_fields,
            default_payment_method:
              default_payment_method === undefined
                ? row.invoice_settings.default_payment_method
                : default_payment_method,
            footer: footer === undefined ? row.invoice_settings.footer : footer,
            rendering_options:
              rendering_options === undefined ? row.invoice_settings.rendering_options : rendering(rendering_options),
          },
    metadata: sent.metadata === undefined ? undefined : mergeMetadata(row.metadata, sent.metadata),
    name: sent.name,
    next_invoice_sequence: sent.next_invoice_sequence,
    phone: sent.phone,
    preferred_locales: sent.preferred_locales === null ? [] : sent.preferred_locales,
    shipping: sent.shipping === undefined ? undefined : shipping(sent.shipping),
    tax_exempt: sent.tax_exempt === null ? 'none' : sent.tax_exempt,
    default_source: sent.default_source,
  });
}

function rendering(
  sent: { amount_tax_display?: string | null; template?: string } | null | undefined,
): Stripe.Customer.InvoiceSettings.RenderingOptions | null {
  return sent === null || sent === undefined
    ? null
    : { amount_tax_display: sent.amount_tax_display ?? null, template: sent.template ?? null };
}

function shipping(sent: Sent['shipping']): Stripe.Customer.Shipping | null {
  if (sent === null || sent === undefined) return null;
  return { address: fullAddress(sent.address) as Stripe.Address, name: sent.name, phone: sent.phone ?? null };
}

/** The customer's default for invoices; null unsets it. */
export function setDefault(unit: Unit, customerId: string, paymentMethod: string | null): void {
  const row = unit.need('customer', customerId);
  unit.update('customer', customerId, {
    invoice_settings: { ...row.invoice_settings, default_payment_method: paymentMethod },
  });
}

function ownPaymentMethod(unit: Unit, id: string, customerId: string): string {
  const at = 'invoice_settings[default_payment_method]';
  const method = unit.need('payment_method', id, at);
  if (method.customer !== customerId) throw notAttached(method.id, at);
  return method.id;
}

import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { email, hash, mergeMetadata, metadata, needed, oneOf, text, unbuilt, unbuiltAll } from '../../api/params.js';
import { given, retrieveOperation } from '../../api/standard.js';
import type { Json } from '../../state/rows.js';
import type { CheckoutSessionRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { expireCheckout, payCheckout } from './complete.js';
import { createCheckout } from './create.js';
import { checkoutParams, payParams } from './params.js';
import { lineItems } from '../item/operations.js';

export const checkoutOperations: readonly Operation[] = [
  operation('POST /v1/checkout/sessions', checkoutParams, ({ unit, params }) =>
    unit.view('checkout.session', createCheckout(unit, params)),
  ),
  retrieveOperation('/v1/checkout/sessions', 'checkout.session'),
  operation(
    'POST /v1/checkout/sessions/:id',
    {
      metadata: metadata(),
      ...unbuiltAll('collected_information', 'line_items', 'payment_intent_data', 'shipping_options'),
    },
    ({ unit, at, params }) => {
      const row = unit.need('checkout.session', at.id ?? '');
      const patch = given({
        metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
      });
      return unit.view('checkout.session', unit.update('checkout.session', row.id, patch));
    },
  ),
  operation('POST /v1/checkout/sessions/:id/expire', {}, ({ unit, at }) =>
    unit.view('checkout.session', expireCheckout(unit, at.id ?? '')),
  ),
  listOperation('/v1/checkout/sessions/:id/line_items', {
    type: 'item',
    parent: { type: 'checkout.session', field: 'hidden.owner' },
    filters: {},
    oldestFirst: true,
  }),
  listOperation('/v1/checkout/sessions', {
    type: 'checkout.session',
    filters: {
      created: range('created'),
      customer: { param: text(), field: 'customer' },
      customer_account: { param: unbuilt() },
      customer_details: {
        param: hash({ email: needed(email()) }),
        test: (row, { email }: { email: string }) => row.customer_details?.email === email,
      },
      payment_intent: { param: text(), field: 'payment_intent' },
      payment_link: { param: text(), field: 'payment_link' },
      status: { param: oneOf('complete', 'expired', 'open'), field: 'status' },
      subscription: { param: text(), field: 'subscription' },
    },
  }),
  // What Stripe's own page asks: undocumented, used by the official command line and by the page here.
  operation(
    'GET /v1/payment_pages/:id',
    {},
    ({ unit, at }) => paymentPage(unit, unit.need('checkout.session', at.id ?? '')),
    {
      publishable: true,
    },
  ),
  operation(
    'POST /v1/payment_pages/:id/confirm',
    payParams,
    ({ unit, at, params }) => paymentPage(unit, payCheckout(unit, at.id ?? '', params)),
    { publishable: true },
  ),
];

/** A session as the payer may see it. */
export function paymentPage(unit: Unit, row: CheckoutSessionRow): Json {
  const intent = unit.find('payment_intent', row.payment_intent as string | null);
  return {
    id: `ppage_${row.id.slice('cs_test_'.length)}`,
    object: 'payment_page',
    amount_total: row.amount_total,
    currency: row.currency,
    customer_email: row.customer_email,
    line_items: lineItems(unit, `/v1/checkout/sessions/${row.id}/line_items`, row.id),
    livemode: false,
    mode: row.mode,
    next_action: intent?.next_action ?? null,
    payment_method_types: row.payment_method_types,
    payment_status: row.payment_status,
    session_id: row.id,
    state: row.status,
    success_url: row.success_url,
    url: row.url,
  };
}

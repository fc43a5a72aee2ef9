import type { OperationCall, Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import {
  emptyable,
  flag,
  hash,
  integer,
  listOf,
  metadata,
  oneOf,
  orWord,
  text,
  timestamp,
  unbuiltAll,
} from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { randomText } from '../../state/id.js';
import type { Json } from '../../state/rows.js';
import type { InvoiceRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { BASIL } from '../../versions/dates.js';
import { discountsParam } from '../discount/operations.js';
import { discountInvoice } from './edit.js';
import { newInvoiceItem } from '../invoice-item/operations.js';
import { currencyParam } from '../shared/params.js';
import { draftForSubscription } from '../subscription/bill.js';
import { createSubscription } from '../subscription/create.js';
import { changedItemsParam } from '../subscription/items.js';
import { hasEnded } from '../subscription/end.js';
import { renewItem } from '../subscription/renew.js';
import { updateSubscription } from '../subscription/update.js';

const previewParams = {
  currency: currencyParam(),
  customer: text(),
  discounts: discountsParam(),
  invoice_items: listOf(
    hash({
      amount: integer(),
      currency: currencyParam(),
      description: text(),
      discountable: flag(),
      metadata: metadata(),
      price: text(),
      quantity: integer(0),
      ...unbuiltAll(
        'discounts',
        'invoiceitem',
        'period',
        'price_data',
        'quantity_decimal',
        'tax_behavior',
        'tax_code',
        'tax_rates',
        'unit_amount',
        'unit_amount_decimal',
      ),
    }),
  ),
  preview_mode: oneOf('next', 'recurring'),
  subscription: text(),
  subscription_details: hash({
    billing_cycle_anchor: oneOf('now', 'unchanged'),
    default_tax_rates: emptyable(listOf(text())),
    items: changedItemsParam(),
    proration_behavior: oneOf('always_invoice', 'create_prorations', 'none'),
    proration_date: timestamp(),
    trial_end: orWord('now', timestamp()),
    ...unbuiltAll(
      'billing_mode',
      'billing_schedules',
      'cancel_at',
      'cancel_at_period_end',
      'cancel_now',
      'metadata',
      'pause',
      'resume_at',
      'start_date',
    ),
  }),
  ...unbuiltAll(
    'automatic_tax',
    'customer_account',
    'customer_details',
    'issuer',
    'on_behalf_of',
    'schedule',
    'schedule_details',
  ),
};

/** A preview of the next invoice: everything is really done, read, and rolled back. */
export const invoicePreviewOperations: readonly Operation[] = [
  operation('POST /v1/invoices/create_preview', previewParams, ({ unit, params }) => ({
    ...shownOnce(unit, params),
    id: `upcoming_in_1${randomText(23)}`,
  })),
  // What there was before it, for requests of older versions; the invoice had no id then.
  operation(
    'GET /v1/invoices/upcoming',
    previewParams,
    ({ unit, params }) => ({ ...shownOnce(unit, params), id: undefined }),
    { until: BASIL },
  ),
  operation(
    'GET /v1/invoices/upcoming/lines',
    { ...previewParams, limit: integer(1, 100), starting_after: text() },
    ({ unit, params: { limit = 10, starting_after: after, ...params } }) => {
      const { data } = shownOnce(unit, params, true).lines as { data: Json[] };
      const rest = data.slice(data.findIndex(({ id }) => id === after) + 1);
      return {
        object: 'list',
        data: rest.slice(0, limit),
        has_more: rest.length > limit,
        url: '/v1/invoices/upcoming/lines',
      };
    },
    { until: BASIL },
  ),
];

function shownOnce(unit: Unit, params: Sent, allLines = false): Json {
  return unit.tried(() => {
    const row = previewed(unit, params);
    if (params.discounts !== undefined) discountInvoice(unit, row.id, params.discounts);
    const shown = { ...unit.show('invoice', row.id), ...UNSENT };
    if (!allLines) return shown;
    return {
      ...shown,
      lines: { data: unit.all('line_item', 'invoice', row.id).map((line) => unit.view('line_item', line)) },
    };
  });
}

/** `invoice.upcoming`, with what the renewal will bill as it is now; such an invoice has no id. */
export function tellUpcoming(unit: Unit, subscription: string): void {
  const shown = unit.tried(() => unit.show('invoice', renewal(unit, subscription).id));
  unit.tell('invoice.upcoming', { ...shown, ...UNSENT, id: undefined });
}

/** Fields that a preview lacks, although the invoice it was made from has them. */
const UNSENT: Json = {
  attempt_count: 0,
  attempted: false,
  effective_at: null,
  hosted_invoice_url: null,
  invoice_pdf: null,
  number: null,
  status: 'draft',
  status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
};

type Sent = OperationCall<typeof previewParams>['params'];

function previewed(unit: Unit, sent: Sent): InvoiceRow {
  const { subscription, subscription_details: details } = sent;
  const known = subscription === undefined ? undefined : unit.need('subscription', subscription, 'subscription');
  const customer = idOf(known?.customer) ?? sent.customer;
  if (customer === undefined) throw invalid('Missing required param: customer.', 'customer', 'parameter_missing');
  unit.need('customer', customer, 'customer');
  for (const item of sent.invoice_items ?? []) newInvoiceItem(unit, { ...item, customer });
  if (known === undefined) {
    return details?.items === undefined ? renewal(unit, nextOf(unit, customer)) : ofNew(unit, customer, details.items);
  }
  if (hasEnded(known)) throw nothing(`No upcoming invoices for subscription: '${known.id}'`);
  if (details === undefined) return renewal(unit, known.id);
  const changed = updateSubscription(unit, known.id, details);
  const made = idOf(changed.latest_invoice);
  // A change that is billed at once has its own invoice; another one is on the next renewal's.
  return made !== null && made !== idOf(known.latest_invoice) ? unit.need('invoice', made) : renewal(unit, known.id);
}

const nothing = (message: string): Error => invalid(message, undefined, 'invoice_upcoming_none', 404);

/** The customer's subscription that is billed next. @throws Problem when nothing will be */
function nextOf(unit: Unit, customer: string): string {
  const endOf = ({ id }: { id: string }): number =>
    Math.min(...unit.all('subscription_item', 'subscription', id).map((item) => item.current_period_end));
  const [next] = unit
    .all('subscription', 'customer', customer)
    .filter((row) => !hasEnded(row) && row.status !== 'incomplete')
    .sort((one, other) => endOf(one) - endOf(other));
  if (next === undefined) throw nothing(`No upcoming invoices for customer: '${customer}'`);
  return next.id;
}

function ofNew(
  unit: Unit,
  customer: string,
  items: NonNullable<NonNullable<Sent['subscription_details']>['items']>,
): InvoiceRow {
  const made = createSubscription(unit, { customer, items: [...items], payment_behavior: 'default_incomplete' });
  return unit.need('invoice', idOf(made.latest_invoice) ?? '');
}

function renewal(unit: Unit, id: string): InvoiceRow {
  const row = unit.need('subscription', id);
  const items = unit.all('subscription_item', 'subscription', id);
  const end = Math.min(...items.map((item) => item.current_period_end));
  return unit.during(end, () => {
    const due = items.filter((item) => item.current_period_end <= end);
    for (const item of due) renewItem(unit, item, row);
    const renewed = due.map((item) => unit.need('subscription_item', item.id));
    if (row.status === 'trialing') unit.update('subscription', id, { status: 'active' }, []);
    return draftForSubscription(unit, row, { reason: 'upcoming', items: renewed });
  });
}

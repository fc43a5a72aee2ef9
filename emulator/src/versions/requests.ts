import { isHash } from '../api/params.js';
import { invalid } from '../api/problem.js';
import type { Json } from '../state/rows.js';
import { BASIL, CLOVER, DAHLIA, ENDIVE, UI_MODES } from './dates.js';

/** Parameters that a request of an older version may send, in the words of the current one. */
interface OlderRequest {
  /** The day of the version that took them away or changed what is meant without them. */
  until: string;
  /** Verb and path of the operations. */
  of: readonly string[];
  now: (params: Json) => Json;
}

const UPCOMING = ['GET /v1/invoices/upcoming', 'GET /v1/invoices/upcoming/lines'];
const SUBSCRIPTIONS = ['POST /v1/subscriptions', 'POST /v1/subscriptions/:id'];

/** Sources: docs.stripe.com/changelog. */
const requests: readonly OlderRequest[] = [
  // dahlia: "Updates Checkout Session UI mode enum values"
  {
    until: DAHLIA,
    of: ['POST /v1/checkout/sessions'],
    now: ({ ui_mode: mode, ...rest }) => {
      if (mode === undefined) return rest;
      const known = Object.entries(UI_MODES).find(([, older]) => older === mode);
      return { ...rest, ui_mode: known?.[0] ?? mode };
    },
  },
  // clover: "Changes the default billing mode of subscriptions to flexible"
  {
    until: CLOVER,
    of: ['POST /v1/subscriptions'],
    now: (params) => ({ billing_mode: { type: 'classic' }, ...params }),
  },
  // basil: "Removes coupon and promotion code parameters with stackable discounts"
  { until: BASIL, of: SUBSCRIPTIONS, now: discounts },
  { until: BASIL, of: ['POST /v1/invoices/create_preview', ...UPCOMING], now: discounts },
  // basil: "Removes the upcoming invoice endpoints", whose parameters were flat
  { until: BASIL, of: UPCOMING, now: nested },
  // basil: "Adds pricing to invoice items"
  {
    until: BASIL,
    of: ['POST /v1/invoiceitems', 'POST /v1/invoiceitems/:id'],
    now: ({ price, unit_amount: amount, ...rest }) => ({
      ...rest,
      ...(price === undefined ? {} : { pricing: { price } }),
      ...(amount === undefined ? {} : { unit_amount_decimal: amount }),
    }),
  },
];

/** Parameters that a version took away and that something still sends to an account without saying a version. */
interface GoneParameter {
  since: string;
  of: readonly string[];
  /** The full names of those that were sent. */
  sent: (params: Json) => string[];
  /** The error's code and message, if they are not those of any unknown parameter. */
  code?: string;
  message?: string;
}

const gone: readonly GoneParameter[] = [
  // clover: "Removes iterations parameter for subscription schedules"; the official command line still sends it
  {
    since: CLOVER,
    of: ['POST /v1/subscription_schedules', 'POST /v1/subscription_schedules/:id'],
    sent: ({ phases }) =>
      Object.entries(typeof phases === 'object' && phases !== null ? phases : {}).flatMap(([index, phase]) =>
        isHash(phase) && phase.iterations !== undefined ? [`phases[${index}][iterations]`] : [],
      ),
  },
  // endive: "Removes the payment method types parameter from Payment Intents and Setup Intents"
  {
    since: ENDIVE,
    of: [
      'POST /v1/payment_intents',
      'POST /v1/payment_intents/:id',
      'POST /v1/payment_intents/:id/confirm',
      'POST /v1/setup_intents',
      'POST /v1/setup_intents/:id',
    ],
    sent: ({ payment_method_types: types }) => (types === undefined ? [] : ['payment_method_types']),
    code: 'payment_method_types_no_longer_supported',
    message: 'payment_method_types is no longer supported. Use allowed_payment_method_types instead.',
  },
];

/** @throws Problem for a parameter that the version which the request names no longer has */
export function checkGone(version: string, operation: { verb: string; path: string }, sent: Json): void {
  const name = `${operation.verb} ${operation.path}`;
  for (const { since, of, sent: namesIn, code = 'parameter_unknown', message } of gone) {
    const [first] = version.slice(0, 10) >= since && of.includes(name) ? namesIn(sent) : [];
    if (first !== undefined) throw invalid(message ?? `Received unknown parameter: ${first}`, first, code);
  }
}

/** What was sent, as the current version would be sent it; anything else is left for it to refuse. */
export function inCurrentVersion(version: string, operation: { verb: string; path: string }, sent: Json): Json {
  const name = `${operation.verb} ${operation.path}`;
  const date = version.slice(0, 10);
  return requests
    .filter(({ until, of }) => date < until && of.includes(name))
    .reduce((params, { now }) => now(params), sent);
}

function discounts({ coupon, promotion_code, ...rest }: Json): Json {
  const sent = [coupon, promotion_code].filter((one) => one !== undefined);
  if (sent.length === 0 || rest.discounts !== undefined) return { ...rest, ...only({ coupon, promotion_code }) };
  // An empty one removes the discount.
  if (sent.every((value) => value === '')) return { ...rest, discounts: '' };
  return { ...rest, discounts: [only({ coupon, promotion_code })] };
}

const only = (sent: Json): Json =>
  Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined && value !== ''));

const DETAIL =
  /^subscription_(?=billing_cycle_anchor$|cancel_|default_tax_rates$|items$|proration_|resume_at$|start_date$|trial_)/;

/** The flat parameters of an upcoming invoice as the hash that a preview has them in. */
function nested(sent: Json): Json {
  const details: Json = isHash(sent.subscription_details) ? { ...sent.subscription_details } : {};
  const rest: Json = {};
  for (const [key, value] of Object.entries(sent)) {
    if (DETAIL.test(key)) details[key.replace(DETAIL, '')] = value;
    else rest[key] = value;
  }
  return Object.keys(details).length === 0 ? rest : { ...rest, subscription_details: details };
}

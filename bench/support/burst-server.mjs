// A Stripe with the objects of a month's start: `node burst-server.mjs <objects of each type> <type> …`. It answers a GET of one
// object and pages of its list, and enforces Stripe's own limits from the moment that it is asked to. Objects are made when they
// are asked for, out of one object's text.
//
// Messages: 'limit' begins to enforce; 'change' changes every object; 'ask' answers what was asked for so far.
import { createServer } from 'node:http';

const [size, ...types] = process.argv.slice(2);
const total = Number(size);
const PER_ENDPOINT = 25;
const IN_ALL = 100;
/** Objects made in one second. */
const PER_SECOND = 28;
const BEGAN = 1_790_000_000;
const MISSING = '{"error":{"type":"invalid_request_error","code":"resource_missing","message":"No such object"}}';
const TOO_MANY = '{"error":{"type":"invalid_request_error","code":"rate_limit","message":"too many"}}';

/** In the text of an object: its number, its `created`, and what the change changes. */
const N = '\u0000';
const CREATED = '\u0001';
const AMOUNT = '\u0002';

const common = { created: CREATED, currency: 'usd', livemode: false, metadata: { period: '2026-12' } };
const price = { id: 'price_1', object: 'price', active: true, currency: 'usd', unit_amount: 900, type: 'recurring' };
const line = {
  ...{ id: `il_${N}`, object: 'line_item', amount: AMOUNT, currency: 'usd', description: '1 × Pro (at $9.00 / month)' },
  ...{ discount_amounts: [], discountable: true, discounts: [], invoice: `in_${N}`, livemode: false, metadata: {} },
  ...{ period: { start: BEGAN, end: BEGAN + 2_592_000 }, quantity: 1, subscription: `sub_${N}`, taxes: [] },
  parent: { type: 'subscription_item_details', subscription_item_details: { subscription: `sub_${N}` } },
  pricing: {
    type: 'price_details',
    price_details: { price: 'price_1', product: 'prod_1' },
    unit_amount_decimal: '900',
  },
};
const shapes = {
  invoice: {
    path: '/v1/invoices',
    prefix: 'in',
    object: {
      ...{ id: `in_${N}`, object: 'invoice', ...common, amount_due: AMOUNT, amount_paid: 0, amount_remaining: AMOUNT },
      ...{ attempt_count: 0, attempted: false, auto_advance: true, billing_reason: 'subscription_cycle' },
      ...{ collection_method: 'charge_automatically', customer: `cus_${N}`, customer_email: `user-${N}@example.com` },
      ...{ discounts: [], due_date: null, ending_balance: 0, number: `A-${N}`, period_end: BEGAN, period_start: BEGAN },
      ...{ starting_balance: 0, status: 'open', subtotal: AMOUNT, total: AMOUNT, total_taxes: [] },
      parent: { type: 'subscription_details', subscription_details: { subscription: `sub_${N}`, metadata: {} } },
      lines: { object: 'list', has_more: false, data: [line], url: `/v1/invoices/in_${N}/lines` },
      payments: { object: 'list', has_more: false, data: [], url: '/v1/invoice_payments' },
    },
  },
  subscription: {
    path: '/v1/subscriptions',
    prefix: 'sub',
    object: {
      ...{ id: `sub_${N}`, object: 'subscription', ...common, automatic_tax: { enabled: false }, cancel_at: null },
      ...{ cancel_at_period_end: false, collection_method: 'charge_automatically', customer: `cus_${N}` },
      ...{ start_date: CREATED, status: 'active', trial_end: null, description: `for ${AMOUNT}`, discounts: [] },
      items: {
        ...{ object: 'list', has_more: false, url: `/v1/subscription_items?subscription=sub_${N}` },
        data: [
          {
            ...{ id: `si_${N}`, object: 'subscription_item', created: CREATED, metadata: {}, quantity: 1, price },
            ...{ current_period_start: BEGAN, current_period_end: BEGAN + 2_592_000, subscription: `sub_${N}` },
          },
        ],
      },
    },
  },
  charge: {
    path: '/v1/charges',
    prefix: 'ch',
    object: {
      ...{ id: `ch_${N}`, object: 'charge', ...common, amount: AMOUNT, amount_captured: AMOUNT, amount_refunded: 0 },
      ...{ balance_transaction: null, captured: true, customer: `cus_${N}`, paid: true, payment_method: null },
      ...{ payment_intent: `pi_${N}`, refunded: false, status: 'succeeded', statement_descriptor: null },
    },
  },
  payment_intent: {
    path: '/v1/payment_intents',
    prefix: 'pi',
    object: {
      ...{ id: `pi_${N}`, object: 'payment_intent', ...common, amount: AMOUNT, amount_received: AMOUNT },
      ...{ capture_method: 'automatic', customer: `cus_${N}`, latest_charge: `ch_${N}`, payment_method: null },
      ...{ payment_method_types: ['card'], status: 'succeeded', setup_future_usage: null },
    },
  },
  invoice_payment: {
    path: '/v1/invoice_payments',
    prefix: 'inpay',
    object: {
      ...{ id: `inpay_${N}`, object: 'invoice_payment', ...common, amount_paid: AMOUNT, amount_requested: AMOUNT },
      ...{ invoice: `in_${N}`, is_default: true, status: 'paid' },
      payment: { type: 'payment_intent', payment_intent: `pi_${N}` },
    },
  },
};

const served = types.map((type) => {
  const { path, prefix, object } = shapes[type];
  const text = JSON.stringify(object)
    .replaceAll(`"${JSON.stringify(CREATED).slice(1, -1)}"`, CREATED)
    .replaceAll(`"${JSON.stringify(AMOUNT).slice(1, -1)}"`, AMOUNT)
    .replaceAll(JSON.stringify(AMOUNT).slice(1, -1), AMOUNT)
    .replaceAll(JSON.stringify(N).slice(1, -1), N);
  return { path, prefix, text };
});

let amount = 900;
let limited = false;
let refused = 0;
let pages = 0;
let reads = 0;
const buckets = new Map();

function objectOf({ text }, n) {
  return text
    .replaceAll(N, String(n).padStart(12, '0'))
    .replaceAll(CREATED, String(BEGAN + Math.floor(n / PER_SECOND)))
    .replaceAll(AMOUNT, String(amount));
}

/** Objects are listed from the last one made to the first. */
function pageOf(one, url) {
  const after = url.searchParams.get('starting_after');
  const until = url.searchParams.get('created[lte]');
  const youngest = until === null ? total - 1 : (Number(until) - BEGAN + 1) * PER_SECOND - 1;
  const cursor = after === null ? total : Number(after.split('_').at(-1));
  const from = Math.min(total - 1, youngest, cursor - 1);
  const to = Math.max(-1, from - Number(url.searchParams.get('limit') ?? 10));
  const objects = [];
  for (let n = from; n > to; n -= 1) objects.push(objectOf(one, n));
  return `{"object":"list","data":[${objects.join(',')}],"has_more":${to >= 0},"url":"${url.pathname}"}`;
}

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://stripe');
  response.setHeader('content-type', 'application/json');
  const answer = (status, body) => {
    response.writeHead(status);
    response.end(body);
  };
  if (url.pathname === '/v1/account') return answer(200, '{"id":"acct_bench","object":"account"}');
  const one = served.find(({ path }) => url.pathname === path || url.pathname.startsWith(`${path}/`));
  if (one === undefined) return answer(404, MISSING);
  const isPage = url.pathname === one.path;
  if (!take(isPage ? one.path : `${one.path}/{id}`)) return answer(429, TOO_MANY);
  if (isPage) {
    pages += 1;
    return answer(200, pageOf(one, url));
  }
  reads += 1;
  const n = Number(url.pathname.split('_').at(-1));
  return n < total ? answer(200, objectOf(one, n)) : answer(404, MISSING);
});
server.listen(0, '127.0.0.1', () => process.send?.({ url: `http://127.0.0.1:${server.address().port}` }));
process.on('message', (asked) => {
  if (asked === 'limit') limited = true;
  if (asked === 'change') amount = 1_900;
  if (asked === 'limit') pages = reads = 0;
  process.send?.({ refused, pages, reads });
});

/** One second's worth at once, then evenly: for the endpoint, and for all together. */
function take(endpoint) {
  if (!limited) return true;
  const full = [bucketOf(endpoint, PER_ENDPOINT), bucketOf('all', IN_ALL)];
  if (full.some(({ tokens }) => tokens < 1)) {
    refused += 1;
    return false;
  }
  for (const bucket of full) bucket.tokens -= 1;
  return true;
}

function bucketOf(name, rate) {
  const now = performance.now();
  const bucket = buckets.get(name) ?? { tokens: rate, at: now };
  bucket.tokens = Math.min(rate, bucket.tokens + ((now - bucket.at) / 1_000) * rate);
  bucket.at = now;
  buckets.set(name, bucket);
  return bucket;
}

// A Stripe that only lists, at once and without end of patience: `node listing-server.mjs <objects> [rate]`. Pages are made
// when they are asked for, so that it needs no memory; `rate` requests a second to each endpoint are answered, then 429.
import { createServer } from 'node:http';

const total = Number(process.argv[2]);
const rate = process.argv[3] === undefined ? Infinity : Number(process.argv[3]);
const created = 1_790_000_000;
const buckets = new Map();

const makers = {
  customers: (n) => ({
    ...{ id: id('cus', n), object: 'customer', address: null, balance: 0, created: created - n, currency: 'usd' },
    ...{ default_source: null, delinquent: false, description: `Customer number ${n}`, discount: null },
    ...{ email: `customer-${n}@example.com`, invoice_prefix: `A${n}`, livemode: false, metadata: { user: String(n) } },
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    ...{ name: `Customer ${n}`, next_invoice_sequence: 1, phone: null, preferred_locales: [], shipping: null },
    ...{ tax_exempt: 'none', test_clock: null },
  }),
  subscriptions: (n) => ({
    ...{
      id: id('sub', n),
      object: 'subscription',
      automatic_tax: { enabled: false },
      cancel_at: null,
      canceled_at: null,
    },
    ...{
      cancel_at_period_end: false,
      collection_method: 'charge_automatically',
      created: created - n,
      currency: 'usd',
    },
    ...{
      customer: id('cus', n),
      livemode: false,
      metadata: {},
      start_date: created - n,
      status: 'active',
      trial_end: null,
    },
    items: {
      ...{ object: 'list', has_more: false, url: `/v1/subscription_items?subscription=${id('sub', n)}` },
      data: [
        {
          ...{ id: id('si', n), object: 'subscription_item', created: created - n, metadata: {}, quantity: 1 },
          ...{ current_period_start: created, current_period_end: created + 2_592_000, subscription: id('sub', n) },
          price: { id: 'price_1', object: 'price', active: true, currency: 'usd', unit_amount: 900, type: 'recurring' },
        },
      ],
    },
  }),
};

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://stripe');
  const name = url.pathname.split('/').at(-1);
  response.setHeader('content-type', 'application/json');
  if (url.pathname === '/v1/account') return response.end('{"id":"acct_bench","object":"account"}');
  if (!take(url.pathname)) {
    response.writeHead(429, { 'stripe-rate-limited-reason': 'endpoint-rate' });
    return response.end('{"error":{"type":"invalid_request_error","code":"rate_limit","message":"too many"}}');
  }
  const make = makers[name];
  if (make === undefined)
    return response.end(JSON.stringify({ object: 'list', data: [], has_more: false, url: url.pathname }));
  const after = url.searchParams.get('starting_after');
  const from = after === null ? 0 : Number(after.split('_').at(-1)) + 1;
  const to = Math.min(total, from + Number(url.searchParams.get('limit') ?? 10));
  const data = Array.from({ length: Math.max(0, to - from) }, (_, index) => make(from + index));
  response.end(JSON.stringify({ object: 'list', data, has_more: to < total, url: url.pathname }));
});
server.listen(0, '127.0.0.1', () => process.send?.({ url: `http://127.0.0.1:${server.address().port}` }));
process.on('message', () => process.send?.({ refused }));

let refused = 0;
/** One second's worth at once, then evenly. */
function take(path) {
  if (rate === Infinity) return true;
  const now = performance.now();
  const bucket = buckets.get(path) ?? { tokens: rate, at: now };
  bucket.tokens = Math.min(rate, bucket.tokens + ((now - bucket.at) / 1_000) * rate);
  bucket.at = now;
  buckets.set(path, bucket);
  if (bucket.tokens < 1) {
    refused += 1;
    return false;
  }
  bucket.tokens -= 1;
  return true;
}

function id(prefix, n) {
  return `${prefix}_${String(n).padStart(12, '0')}`;
}

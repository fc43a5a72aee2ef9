// A Stripe that only lists, at once and without end of patience: `node listing-server.mjs <objects> [rate]`. Pages
// are made when they are asked for, so that it needs no memory, out of one object's text, so that it takes little of
// the processor; `rate` requests a second to each endpoint are answered, then 429.
import { createServer } from 'node:http';

const total = Number(process.argv[2]);
const rate = process.argv[3] === undefined ? Infinity : Number(process.argv[3]);
const created = 1_790_000_000;
const buckets = new Map();

/** The text of an object: `\u0000` stands for its number, `\u0001` for its `created`. */
const texts = {
  customers: textOf({
    ...{ id: 'cus_\u0000', object: 'customer', address: null, balance: 0, created: '\u0001', currency: 'usd' },
    ...{ default_source: null, delinquent: false, description: 'Customer number \u0000', discount: null },
    ...{
      email: 'customer-\u0000@example.com',
      invoice_prefix: 'A\u0000',
      livemode: false,
      metadata: { user: '\u0000' },
    },
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    ...{ name: 'Customer \u0000', next_invoice_sequence: 1, phone: null, preferred_locales: [], shipping: null },
    ...{ tax_exempt: 'none', test_clock: null },
  }),
  subscriptions: textOf({
    ...{
      id: 'sub_\u0000',
      object: 'subscription',
      automatic_tax: { enabled: false },
      cancel_at: null,
      canceled_at: null,
    },
    ...{ cancel_at_period_end: false, collection_method: 'charge_automatically', created: '\u0001', currency: 'usd' },
    ...{
      customer: 'cus_\u0000',
      livemode: false,
      metadata: {},
      start_date: '\u0001',
      status: 'active',
      trial_end: null,
    },
    items: {
      ...{ object: 'list', has_more: false, url: '/v1/subscription_items?subscription=sub_\u0000' },
      data: [
        {
          ...{ id: 'si_\u0000', object: 'subscription_item', created: '\u0001', metadata: {}, quantity: 1 },
          ...{ current_period_start: created, current_period_end: created + 2_592_000, subscription: 'sub_\u0000' },
          price: { id: 'price_1', object: 'price', active: true, currency: 'usd', unit_amount: 900, type: 'recurring' },
        },
      ],
    },
  }),
};

function textOf(object) {
  return JSON.stringify(object).replaceAll('"\\u0001"', '\u0001').replaceAll('\\u0000', '\u0000');
}

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://stripe');
  const name = url.pathname.split('/').at(-1);
  response.setHeader('content-type', 'application/json');
  if (url.pathname === '/v1/account') return response.end('{"id":"acct_bench","object":"account"}');
  if (!take(url.pathname)) {
    response.writeHead(429, { 'stripe-rate-limited-reason': 'endpoint-rate' });
    return response.end('{"error":{"type":"invalid_request_error","code":"rate_limit","message":"too many"}}');
  }
  const text = texts[name];
  if (text === undefined)
    return response.end(JSON.stringify({ object: 'list', data: [], has_more: false, url: url.pathname }));
  const after = url.searchParams.get('starting_after');
  const from = after === null ? 0 : Number(after.split('_').at(-1)) + 1;
  const to = Math.min(total, from + Number(url.searchParams.get('limit') ?? 10));
  const objects = [];
  for (let n = from; n < to; n += 1)
    objects.push(text.replaceAll('\u0000', String(n).padStart(12, '0')).replaceAll('\u0001', String(created - n)));
  response.end(`{"object":"list","data":[${objects.join(',')}],"has_more":${to < total},"url":"${url.pathname}"}`);
});
server.listen(0, '127.0.0.1', () => process.send?.({ url: `http://127.0.0.1:${server.address().port}` }));
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ refused, used: user + system });
});

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

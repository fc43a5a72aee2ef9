import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SDK_ADDRESSES, SDK_V2_ADDRESSES } from './sdk-addresses.js';
import type { Rig } from '../../test/rig.js';
import { refusal, startRig } from '../../test/rig.js';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(async () => rig.stop());

describe('keys', () => {
  test.each([
    ['no key', { authorization: '' }],
    ['a live key', { authorization: 'Bearer sk_live_123456789012' }],
    ['a restricted live key', { authorization: 'Bearer rk_live_123456789012' }],
    ['a live key for pages', { authorization: 'Bearer pk_live_123456789012' }],
    ['a malformed key', { authorization: 'Bearer nonsense' }],
  ])('%s is answered 401 in Stripe’s shape', async (_what, headers) => {
    const { status, body } = await rig.call('GET', '/v1/customers', undefined, headers);
    expect(status).toBe(401);
    expect(body.error).toMatchObject({ type: 'invalid_request_error', message: expect.any(String) as string });
  });

  test('a key that is too short is refused with that reason', async () => {
    const { status, body } = await rig.call('GET', '/v1/customers', undefined, { authorization: 'Bearer sk_test_abc' });
    expect(status).toBe(401);
    expect(body.error?.message).toMatch(/Invalid API Key.*too short: at least 4 characters must follow sk_test_/);
  });

  test('the log address of an error leads to its request in the dashboard of the emulator', async () => {
    const { body, headers } = await rig.call('GET', '/v1/customers/cus_nobody');
    const id = headers.get('request-id') ?? '';
    expect(body.error).toMatchObject({ request_log_url: `${rig.emulator.url}/#/requests/${id}` });
    expect((await rig.call('GET', `/_emulator/requests/${id}`)).body).toMatchObject({ id, status: 404 });
  });

  test('a key in basic authorization is accepted', async () => {
    const authorization = `Basic ${Buffer.from(`${rig.emulator.secretKey}:`).toString('base64')}`;
    expect((await rig.call('GET', '/v1/account', undefined, { authorization })).body.id).toBe(rig.emulator.account);
  });

  test('a publishable key may not list customers', async () => {
    const headers = { authorization: `Bearer ${rig.emulator.publishableKey}` };
    const { status, body } = await rig.call('GET', '/v1/customers', undefined, headers);
    expect([status, body.error?.code]).toEqual([401, 'secret_key_required']);
  });

  test('the account is the same at both its addresses, and another one is refused', async () => {
    const account = await rig.stripe.accounts.retrieveCurrent();
    expect((await rig.stripe.accounts.retrieve(account.id)).id).toBe(rig.emulator.account);
    expect((await refusal(rig.stripe.accounts.retrieve('acct_other'))).code).toBe('account_invalid');
  });
});

describe('answers', () => {
  test('carry a request id, the version asked for and a Date in whole seconds', async () => {
    const { headers } = await rig.call('GET', '/v1/customers', undefined, { 'stripe-version': '2025-03-31.basil' });
    expect(headers.get('request-id')).toMatch(/^req_\w+$/);
    expect(headers.get('stripe-version')).toBe('2025-03-31.basil');
    expect(Date.parse(headers.get('date') ?? '') % 1000).toBe(0);
  });

  test('an unknown address is a 404 that names it', async () => {
    const { status, body } = await rig.call('GET', '/v1/nothing');
    expect(status).toBe(404);
    expect(body.error?.message).toContain('Unrecognized request URL (GET: /v1/nothing)');
  });

  test('an operation that is not built says so with 501 and is not retried', async () => {
    const { status, headers, body } = await rig.call('POST', '/v1/terminal/readers', '');
    expect([status, headers.get('stripe-should-retry')]).toEqual([501, 'false']);
    expect(body.error?.message).toContain('POST /v1/terminal/readers');
  });

  test('an operation of the second API that is not built says so too', async () => {
    expect(await refusal(rig.stripe.v2.core.accounts.create({}))).toMatchObject({
      statusCode: 501,
      code: 'emulator_not_built',
      message: expect.stringContaining('POST /v2/core/accounts') as string,
    });
    expect((await rig.call('GET', '/v2/core/nothing')).status).toBe(404);
  });

  test('a body over 1 MiB is a 413', async () => {
    expect((await rig.call('POST', '/v1/customers', `name=${'x'.repeat(1_100_000)}`)).status).toBe(413);
  });

  test('a request without a key is refused before its form is read', async () => {
    const broken = `a[${'['.repeat(500)}=1`;
    const headers = { authorization: '' };
    expect((await rig.call('POST', '/v1/customers', broken, headers)).status).toBe(401);
    expect((await rig.call('POST', '/v1/customers', `${broken}&key=sk_test_aaaa`, headers)).status).toBe(400);
    expect((await rig.call('POST', '/v1/customers', 'key=sk%5Ftest_aaaa&name=a', headers)).status).toBe(200);
    expect((await rig.call('GET', '/v1/customers?key=sk_test_aaaa', undefined, headers)).status).toBe(200);
  });

  test('a refusal does not repeat all that was sent', async () => {
    const names = Array.from({ length: 1_900 }, (_, n) => `unknown_${n}_${'x'.repeat(300)}=1`).join('&');
    const { status, body } = await rig.call('POST', '/v1/customers', names);
    expect(status).toBe(400);
    expect(body.error?.['message']).toSatisfy((message: string) => message.length < 10_000);
  });
});

describe('parameters', () => {
  test.each([
    [
      'an unknown one',
      'emial=x',
      { code: 'parameter_unknown', param: 'emial', message: 'Received unknown parameter: emial' },
    ],
    ['an unknown nested one', 'invoice_settings[x]=1', { code: 'parameter_unknown', param: 'invoice_settings[x]' }],
    [
      'a number that is none',
      'balance=abc',
      { code: 'parameter_invalid_integer', param: 'balance', message: 'Invalid integer: abc' },
    ],
    ['a word that is none of those allowed', 'tax_exempt=maybe', { param: 'tax_exempt' }],
    [
      'an address without an @',
      'email=ada',
      { code: 'email_invalid', param: 'email', message: 'Invalid email address: ada' },
    ],
    ['text where a hash belongs', 'address=London', { param: 'address', message: 'Invalid object' }],
    ['a depth no request has', `metadata${'[a]'.repeat(12)}=1`, {}],
    [
      'an email address without a domain',
      'email=ada@gmail',
      { code: 'email_invalid', param: 'email', message: 'Invalid email address: ada@gmail' },
    ],
    [
      'a text where an email belongs',
      'email=ida+at+home',
      { code: 'email_invalid', param: 'email', message: 'Invalid email address: ida at home' },
    ],
  ])('%s is refused', async (_what, form, error) => {
    const { status, body } = await rig.call('POST', '/v1/customers', form);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ type: 'invalid_request_error', ...error });
  });

  test('a missing one is named with its full path', async () => {
    const { body } = await rig.call('POST', '/v1/prices', 'currency=usd&product_data[active]=true');
    expect(body.error).toMatchObject({ code: 'parameter_missing', param: 'product_data[name]' });
  });

  test('a currency that Stripe does not know is refused with those it knows', async () => {
    const sent = 'currency=Nonsense&unit_amount=1&product_data[name]=x';
    const { status, body } = await rig.call('POST', '/v1/prices', sent);
    expect([status, body.error?.param]).toEqual([400, 'currency']);
    expect(body.error?.message).toMatch(
      /^Invalid currency: nonsense\. Stripe currently supports these currencies: usd, aed, .*, zmw$/,
    );
  });

  test('nested keys are decoded', async () => {
    const { body } = await rig.call(
      'POST',
      '/v1/customers',
      'shipping[name]=A&shipping[address][line1]=B%20C&preferred_locales[]=de&preferred_locales[]=en&metadata[k%5B]=v',
    );
    expect(body).toMatchObject({
      shipping: { name: 'A', address: { line1: 'B C', city: null } },
      preferred_locales: ['de', 'en'],
    });
  });

  test('a missing object of the address is a 404 for id, one of a parameter a 400 for that parameter', async () => {
    expect(await refusal(rig.stripe.customers.retrieve('cus_none'))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
      param: 'id',
      message: "No such customer: 'cus_none'",
    });
    expect(
      await refusal(rig.stripe.subscriptions.create({ customer: 'cus_none', items: [{ price: 'price_none' }] })),
    ).toMatchObject({ statusCode: 400, code: 'resource_missing', param: 'customer' });
  });
});

describe('idempotency keys', () => {
  test('the first answer is replayed, and nothing is done again', async () => {
    const first = await rig.stripe.customers.create({ name: 'Once' }, { idempotencyKey: 'once' });
    const { headers, body } = await rig.call('POST', '/v1/customers', 'name=Once', { 'idempotency-key': 'once' });
    expect([body.id, headers.get('idempotent-replayed')]).toEqual([first.id, 'true']);
  });

  test('other parameters under the same key are an idempotency_error', async () => {
    await rig.stripe.customers.create({ name: 'A' }, { idempotencyKey: 'same' });
    const error = await refusal(rig.stripe.customers.create({ name: 'B' }, { idempotencyKey: 'same' }));
    expect([error.statusCode, error.rawType]).toEqual([400, 'idempotency_error']);
  });

  test('of two requests at once, the second one learns that the key is in use', async () => {
    rig.emulator.faults.set({ latency_ms: 100 });
    const answers = await Promise.all(
      [1, 2].map(() => rig.call('POST', '/v1/customers', 'name=C', { 'idempotency-key': 'twice' })),
    );
    rig.emulator.faults.set({ latency_ms: 0 });
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.error?.code).toBe('idempotency_key_in_use');
  });

  test('a declined card is an answer too: it is replayed, and no second payment is tried', async () => {
    const { id } = await rig.stripe.customers.create();
    const form = `amount=100&currency=usd&confirm=true&payment_method=pm_card_chargeDeclined&customer=${id}`;
    const pay = () => rig.call('POST', '/v1/payment_intents', form, { 'idempotency-key': 'declined' });
    const [first, again] = [await pay(), await pay()];
    expect([first.status, again.status, again.headers.get('idempotent-replayed')]).toEqual([402, 402, 'true']);
    expect(again.body).toEqual(first.body);
    expect((await rig.stripe.paymentIntents.list({ customer: id })).data).toHaveLength(1);
  });

  test('an answer is kept for a day, and the key is free after that', async () => {
    const world = await startRig();
    const make = async () => (await world.stripe.customers.create({}, { idempotencyKey: 'a-day' })).id;
    const first = await make();
    world.emulator.clock.advance(86_400_000 - 60_000);
    expect(await make()).toBe(first);
    world.emulator.clock.advance(120_000);
    expect(await make()).not.toBe(first);
    await world.stop();
  });

  test('a refused parameter leaves the key free', async () => {
    await rig.call('POST', '/v1/customers', 'nonsense=1', { 'idempotency-key': 'free' });
    expect((await rig.call('POST', '/v1/customers', 'name=D', { 'idempotency-key': 'free' })).status).toBe(200);
  });
});

describe('lists', () => {
  test('go newest first in pages of ten, forwards and backwards, without a gap', async () => {
    const made: string[] = [];
    for (let at = 0; at < 25; at += 1) made.unshift((await rig.stripe.products.create({ name: `p${at}` })).id);
    const first = await rig.stripe.products.list();
    const second = await rig.stripe.products.list({ starting_after: made[9] ?? '' });
    const back = await rig.stripe.products.list({ ending_before: made[10] ?? '', limit: 3 });
    expect([first.data.length, first.has_more, first.url]).toEqual([10, true, '/v1/products']);
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(made.slice(0, 20));
    expect(back.data.map(({ id }) => id)).toEqual(made.slice(7, 10));
    const all: string[] = [];
    for await (const { id } of rig.stripe.products.list({ limit: 7 })) all.push(id);
    expect(all).toEqual(made);
  });

  test('inside an object go oldest first, by cursors both ways as well', async () => {
    const { id: customer } = await rig.stripe.customers.create();
    const { id } = await rig.stripe.invoices.create({ customer });
    for (const amount of [1, 2, 3, 4, 5])
      await rig.stripe.invoiceItems.create({ customer, invoice: id, amount, currency: 'usd' });
    const lines = async (sent = {}) => {
      const { data, has_more } = await rig.stripe.invoices.listLineItems(id, sent);
      return { data, shown: [...data.map(({ amount }) => amount), has_more] };
    };
    const { data: all, shown } = await lines();
    expect(shown).toEqual([1, 2, 3, 4, 5, false]);
    expect((await lines({ starting_after: all[1]?.id, limit: 2 })).shown).toEqual([3, 4, true]);
    expect((await lines({ ending_before: all[3]?.id, limit: 2 })).shown).toEqual([2, 3, true]);
    expect((await lines({ ending_before: all[2]?.id })).shown).toEqual([1, 2, false]);
    const both = rig.stripe.customers.list({ starting_after: customer, ending_before: customer });
    expect((await refusal(both)).param).toBe('starting_after');
  });

  test('a limit over 100 and an unknown cursor are refused', async () => {
    expect((await refusal(rig.stripe.customers.list({ limit: 101 }))).param).toBe('limit');
    expect(await refusal(rig.stripe.customers.list({ starting_after: 'cus_none' }))).toMatchObject({
      code: 'resource_missing',
      param: 'starting_after',
    });
  });

  test('filter by exact field and by time', async () => {
    const { id, created } = await rig.stripe.customers.create({ email: 'only@example.com' });
    const ids = async (filter: object): Promise<string[]> =>
      (await rig.stripe.customers.list({ email: 'only@example.com', ...filter })).data.map((row) => row.id);
    expect(await ids({})).toEqual([id]);
    expect(await ids({ created })).toEqual([id]);
    expect(await ids({ created: { gte: created, lt: created + 1 } })).toEqual([id]);
    expect(await ids({ created: { gt: created } })).toEqual([]);
  });
});

// The lists of the SDK whose parameters have `created`, of what is built, and some that have not.
describe('a filter by time', () => {
  const path = (list: string): string => `/v1/${list}?created[gte]=1&created[lt]=2`;

  test.each(
    (
      'accounts balance_transactions charges checkout/sessions coupons credit_notes customers disputes events file_links ' +
      'files invoice_payments invoiceitems invoices payment_intents plans prices products promotion_codes ' +
      'radar/early_fraud_warnings refunds setup_intents shipping_rates subscription_schedules subscriptions tax_rates'
    ).split(' '),
  )('is taken by %s', async (list) => {
    expect((await rig.call('GET', path(list))).body).toMatchObject({ object: 'list', data: [], has_more: false });
  });

  test.each(['payment_links', 'payment_methods', 'quotes', 'tax_ids', 'test_helpers/test_clocks', 'webhook_endpoints'])(
    'is unknown to %s',
    async (list) => {
      const { status, body } = await rig.call('GET', path(list));
      expect([status, body.error?.code, body.error?.param]).toEqual([400, 'parameter_unknown', 'created']);
    },
  );
});

describe('expansion', () => {
  test('puts objects where ids stand, nested and in lists', async () => {
    const product = await rig.stripe.products.create({
      name: 'Expanded',
      default_price_data: { currency: 'usd', unit_amount: 100 },
    });
    const price = await rig.stripe.prices.retrieve(product.default_price as string, {
      expand: ['product.default_price'],
    });
    expect(price).toMatchObject({
      product: { id: product.id, default_price: { id: product.default_price, product: product.id } },
    });
    const list = await rig.stripe.prices.list({ product: product.id, expand: ['data.product'] });
    expect(list.data[0]).toMatchObject({ product: { name: 'Expanded' } });
  });

  test.each([
    ['what is no reference', ['name'], 'This property cannot be expanded (name).'],
    ['more than four levels', ['a.b.c.d.e'], 'You cannot expand more than 4 levels of a property. Property: a.b.c.d.e'],
  ])('%s is refused', async (_what, expand, message) => {
    const { id } = await rig.stripe.customers.create();
    expect((await refusal(rig.stripe.customers.retrieve(id, { expand }))).message).toBe(message);
  });

  test('works four levels deep', async () => {
    const { id: customer } = await rig.stripe.customers.create();
    const { id } = await rig.stripe.invoices.create({ customer });
    await rig.stripe.invoiceItems.create({ customer, invoice: id, amount: 100, currency: 'usd' });
    const { payments } = await rig.stripe.invoices.finalizeInvoice(id, {
      expand: ['payments.data.payment.payment_intent'],
    });
    expect(payments?.data[0]?.payment.payment_intent).toMatchObject({ object: 'payment_intent', amount: 100 });
  });

  test('of a list must begin with data', async () => {
    expect((await refusal(rig.stripe.prices.list({ expand: ['product'] }))).message).toContain("'data.product'");
  });
});

test.each([
  ['/v1', SDK_ADDRESSES],
  ['/v2', SDK_V2_ADDRESSES],
])('the table of the SDK’s addresses of %s is the pinned SDK’s', (api, addresses) => {
  const root = join(dirname(createRequire(import.meta.url).resolve('stripe')), '../esm/resources');
  const found = new Set<string>();
  for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.js')) continue;
    const source = readFileSync(join(root, file), 'utf8');
    for (const [, verb, path] of source.matchAll(/_makeRequest\('(GET|POST|DELETE)',\s*[`'](\/v\d[^`']+)[`']/g)) {
      if (path?.startsWith(api)) found.add(`${verb} ${path.replace(/\$\{[^}]*\}/g, ':')}`);
    }
  }
  const listed = Object.entries(addresses).flatMap(([path, verbs]) =>
    verbs.split(' ').map((verb) => `${verb} ${path}`),
  );
  expect(listed.sort()).toEqual([...found].sort());
});

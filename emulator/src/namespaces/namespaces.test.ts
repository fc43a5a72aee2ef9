import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtemp, rm } from 'node:fs/promises';
import Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/kernel/clock.js';
import type { Receiver, Rig } from '../../test/rig.js';
import { receiver, refusal, startRig } from '../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ maxNamespaces: 5 });
});
afterEach(async () => {
  for (const { name } of await open(rig)) rig.emulator.namespace(name).drop();
  rig.emulator.reset();
});
afterAll(() => rig.stop());

/** Stripe's SDK with a key. */
const withKey = (key: string): Stripe => new Stripe(key, { ...rig.emulator.sdk, maxNetworkRetries: 0 });
const open = async (of: Rig): Promise<{ name: string }[]> =>
  (await of.call('GET', '/_emulator/namespaces')).body['data'] as { name: string }[];
const CARD = { number: '4242424242424242', expiry: '12/40', cvc: '123' };
const json = { 'content-type': 'application/json' };

describe('a namespace', () => {
  it('is opened by the first request with its key, and has its own account', async () => {
    const ada = withKey('sk_test_ns_ada');
    const account = await ada.accounts.retrieveCurrent();
    expect(account.id).toBe('acct_ns_ada');
    expect(await open(rig)).toMatchObject([{ name: 'ada', account: 'acct_ns_ada', secret_key: 'sk_test_ns_ada' }]);
  });

  it('does not know the objects of another one, nor does the default account', async () => {
    const ada = withKey('sk_test_ns_ada');
    const { id } = await ada.customers.create({ name: 'Ada' });
    expect((await refusal(withKey('sk_test_ns_bea').customers.retrieve(id))).code).toBe('resource_missing');
    expect((await refusal(rig.stripe.customers.retrieve(id))).code).toBe('resource_missing');
    expect(await ada.customers.retrieve(id)).toMatchObject({ id, name: 'Ada' });
  });

  it('is named by a key with anything behind the name, and by publishable and basic keys', async () => {
    const { id } = await withKey('sk_test_ns_ada_worker_3').customers.create();
    const basic = Buffer.from('sk_test_ns_ada:').toString('base64');
    const { body } = await rig.call('GET', `/v1/customers/${id}`, undefined, { authorization: `Basic ${basic}` });
    expect(body).toMatchObject({ id });
    const intent = await withKey('sk_test_ns_ada').paymentIntents.create({ amount: 500, currency: 'usd' });
    const query = `client_secret=${intent.client_secret ?? ''}&key=pk_test_ns_ada`;
    const asked = await fetch(`${rig.emulator.url}/v1/payment_intents/${intent.id}?${query}`);
    expect(await asked.json()).toMatchObject({ id: intent.id });
  });

  it('is named by a header or by the path as well, whatever the key', async () => {
    const { id } = await withKey('sk_test_ns_ada').customers.create();
    const byHeader = await rig.call('GET', `/v1/customers/${id}`, undefined, { 'lockstep-namespace': 'ada' });
    const byPath = await rig.call('GET', `/ns/ada/v1/customers/${id}`);
    expect([byHeader.body, byPath.body]).toMatchObject([{ id }, { id }]);
  });

  it('refuses two names in one request, and a name that is none', async () => {
    const two = await rig.call('GET', '/ns/bea/v1/customers', undefined, { authorization: 'Bearer sk_test_ns_ada' });
    expect(two.status).toBe(400);
    expect(two.body.error).toMatchObject({ code: 'namespace_invalid' });
    expect(two.body.error?.['message']).toContain('The path names the namespace "bea", and the key names "ada"');
    const none = await refusal(withKey(`sk_test_ns_${'a'.repeat(41)}`).customers.list());
    expect(none).toMatchObject({ statusCode: 400, code: 'namespace_invalid' });
    expect(() => rig.emulator.namespace('a-b')).toThrow(/is not a name of a namespace/);
  });

  it('has its own clock, faults, idempotency keys and request log', async () => {
    const ada = rig.emulator.namespace('ada');
    const stripe = withKey(ada.secretKey);
    ada.clock.advance(86_400_000);
    ada.faults.set({ error_every: 2 });
    const before = await rig.stripe.customers.create({}, { idempotencyKey: 'one' });
    const there = await stripe.customers.create({}, { idempotencyKey: 'one' });
    expect(there.id).not.toBe(before.id);
    expect(there.created - before.created).toBeGreaterThanOrEqual(86_400);
    expect((await refusal(stripe.customers.list())).statusCode).toBe(500);
    expect(rig.emulator.faults.get().error_every).toBe(0);
    const { body } = await rig.call('GET', '/ns/ada/_emulator/requests');
    expect((body['data'] as { path: string }[]).map(({ path }) => path)).toEqual(['/v1/customers', '/v1/customers']);
    expect((await rig.call('GET', '/_emulator/requests')).body['data']).toHaveLength(1);
  });

  it('lets what falls due happen there alone', async () => {
    const ada = rig.emulator.namespace('ada');
    const subscribed = async (stripe: Stripe): Promise<string> => {
      const product = await stripe.products.create({ name: 'Pro' });
      const recurring = { interval: 'month' } as const;
      const price = await stripe.prices.create({ currency: 'usd', unit_amount: 500, recurring, product: product.id });
      const customer = await stripe.customers.create({
        payment_method: 'pm_card_visa',
        invoice_settings: { default_payment_method: 'pm_card_visa' },
      });
      const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
      return id;
    };
    const there = withKey(ada.secretKey);
    const [here, subscription] = [await subscribed(rig.stripe), await subscribed(there)];
    ada.clock.advance(32 * 86_400_000);
    expect((await there.invoices.list({ subscription })).data).toHaveLength(2);
    expect((await rig.stripe.invoices.list({ subscription: here })).data).toHaveLength(1);
  });

  it('has restricted keys of its own, which lead to it', async () => {
    const ada = rig.emulator.namespace('ada');
    const key = ada.createRestrictedKey({ customer: 'read' });
    const { id } = await withKey(ada.secretKey).customers.create();
    expect(await withKey(key).customers.retrieve(id)).toMatchObject({ id });
    expect((await refusal(withKey(key).customers.create())).statusCode).toBe(403);
  });

  it('has pages of its own: links lead to them, and what a page does stays there', async () => {
    const stripe = withKey('sk_test_ns_ada');
    const session = await stripe.checkout.sessions.create({
      mode: 'payment',
      success_url: 'https://example.com/thanks',
      line_items: [{ quantity: 1, price_data: { currency: 'usd', unit_amount: 500, product_data: { name: 'Tea' } } }],
    });
    expect(session.url).toBe(`${rig.emulator.url}/ns/ada/c/pay/${session.id}`);
    const form = new URLSearchParams({ ...CARD, email: 'ada@example.com' });
    const paid = await fetch(session.url ?? '', { method: 'POST', body: form, redirect: 'manual' });
    expect([paid.status, paid.headers.get('location')]).toEqual([303, 'https://example.com/thanks']);
    expect((await stripe.checkout.sessions.retrieve(session.id)).status).toBe('complete');
    expect((await fetch(`${rig.emulator.url}/c/pay/${session.id}`)).status).toBe(404);
  });

  it('leads from one of its pages to another one', async () => {
    const stripe = withKey('sk_test_ns_ada');
    const customer = await stripe.customers.create({ email: 'ada@example.com' });
    const draft = await stripe.invoices.create({
      customer: customer.id,
      collection_method: 'send_invoice',
      days_until_due: 3,
    });
    await stripe.invoiceItems.create({ customer: customer.id, invoice: draft.id, amount: 500, currency: 'usd' });
    const invoice = await stripe.invoices.finalizeInvoice(draft.id);
    const address = invoice.hosted_invoice_url ?? '';
    const form = new URLSearchParams(CARD);
    const paid = await fetch(address, { method: 'POST', body: form, redirect: 'manual' });
    expect([paid.status, paid.headers.get('location')]).toEqual([303, new URL(address).pathname]);
    const download = /<a href="([^"]+)">Download as PDF/.exec(await (await fetch(address)).text())?.[1] ?? '';
    expect((await fetch(new URL(download, address))).headers.get('content-type')).toBe('application/pdf');
  });

  it('takes a snapshot as its beginning, and keeps its own keys', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'namespace-'));
    try {
      const { id } = await rig.stripe.customers.create({ name: 'Ada' });
      await rig.emulator.save(join(folder, 'seed.jsonl'));
      const ada = rig.emulator.namespace('ada');
      await ada.load(join(folder, 'seed.jsonl'));
      expect([ada.account, ada.secretKey]).toEqual(['acct_ns_ada', 'sk_test_ns_ada']);
      expect(await withKey(ada.secretKey).customers.retrieve(id)).toMatchObject({ name: 'Ada' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('webhooks of a namespace', () => {
  let there: Receiver;
  beforeEach(async () => {
    there = await receiver();
  });
  afterEach(() => there.stop());

  it('go to its endpoints alone', async () => {
    const ada = rig.emulator.namespace('ada');
    ada.createWebhookEndpoint({ url: there.url, enabled_events: ['customer.created'] });
    await rig.stripe.customers.create({ name: 'Default' });
    const { id } = await withKey(ada.secretKey).customers.create({ name: 'Ada' });
    await there.next(({ event }) => event.type === 'customer.created');
    expect(there.received.map(({ event }) => (event.data.object as Stripe.Customer).id)).toEqual([id]);
    await expect.poll(() => ada.deliveries()).toMatchObject([{ type: 'customer.created', outcome: 'delivered' }]);
    expect(rig.emulator.deliveries()).toEqual([]);
  });
});

describe('the open namespaces', () => {
  it('are opened, listed and dropped over HTTP', async () => {
    const made = await rig.call('POST', '/_emulator/namespaces', '{"name":"ada"}', json);
    expect(made.body).toMatchObject({ name: 'ada', publishable_key: 'pk_test_ns_ada', idle_seconds: 0 });
    const drawn = await rig.call('POST', '/_emulator/namespaces', '{}', json);
    expect(drawn.body['name']).toMatch(/^[A-Za-z0-9]{12}$/);
    expect((await rig.call('DELETE', '/_emulator/namespaces/ada')).body).toEqual({ name: 'ada', dropped: true });
    expect((await rig.call('DELETE', '/_emulator/namespaces/ada')).body).toEqual({ name: 'ada', dropped: false });
    expect((await open(rig)).map(({ name }) => name)).toEqual([drawn.body['name']]);
  });

  it('are as many as the limit says; the error says what to do', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) rig.emulator.namespace(name);
    const refused = await refusal(withKey('sk_test_ns_f').customers.list());
    expect(refused).toMatchObject({ statusCode: 400, code: 'too_many_namespaces' });
    expect(refused.message).toContain('5 namespaces are open, which is the limit');
    expect(refused.message).toContain('DELETE /_emulator/namespaces/NAME');
    expect(await withKey('sk_test_ns_e').customers.list()).toMatchObject({ data: [] });
    rig.emulator.namespace('a').drop();
    expect(await withKey('sk_test_ns_f').customers.list()).toMatchObject({ data: [] });
  });

  it('are not opened by who only looks: the dashboard, and reads of the control', async () => {
    const read = await rig.call('GET', '/ns/ada/_emulator/info');
    expect([read.status, read.body.error?.['code']]).toEqual([404, 'namespace_unknown']);
    const dashboard = { authorization: 'Bearer sk_test_ns_ada', 'lockstep-client': 'dashboard' };
    expect((await rig.call('GET', '/v1/customers', undefined, dashboard)).status).toBe(404);
    expect(await open(rig)).toEqual([]);
  });

  it('begin empty when they are used after they were dropped, and a handle follows', async () => {
    const ada = rig.emulator.namespace('ada');
    const { id } = await withKey(ada.secretKey).customers.create();
    ada.drop();
    expect((await refusal(withKey(ada.secretKey).customers.retrieve(id))).code).toBe('resource_missing');
    ada.clock.advance(86_400_000);
    const { created } = await withKey(ada.secretKey).customers.create();
    expect(created * 1000 - Date.now()).toBeGreaterThan(86_000_000);
  });
});

describe('an emulator with other limits', () => {
  it('drops a namespace that nobody has used for so long', async () => {
    let now = Date.UTC(2026, 0, 1);
    const clock: Clock = {
      now: () => new Date(now),
      sleep: (_ms, signal) =>
        new Promise((resolve) => {
          const timer = setTimeout(done, 5);
          signal?.addEventListener('abort', done);
          function done(): void {
            clearTimeout(timer);
            signal?.removeEventListener('abort', done);
            resolve();
          }
        }),
    };
    const idle = await startRig({ clock, namespaceIdleMs: 60_000 });
    try {
      idle.emulator.namespace('ada');
      const bea = idle.emulator.namespace('bea');
      const page = new AbortController();
      await fetch(`${bea.dashboardUrl}/_emulator/stream`, { signal: page.signal });
      now += 59_000;
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await open(idle)).toHaveLength(2);
      now += 2_000;
      await expect.poll(async () => (await open(idle)).map(({ name }) => name)).toEqual(['bea']);
      page.abort();
      await expect
        .poll(async () => {
          now += 61_000;
          return open(idle);
        })
        .toEqual([]);
    } finally {
      await idle.stop();
    }
  });

  it('has none with maxNamespaces 0: every key is one of the default account', async () => {
    const alone = await startRig({ maxNamespaces: 0 });
    try {
      const account = await alone.call('GET', '/v1/account', undefined, { authorization: 'Bearer sk_test_ns_ada' });
      expect(account.body['id']).toBe(alone.emulator.account);
      const byHeader = await alone.call('GET', '/v1/account', undefined, { 'lockstep-namespace': 'ada' });
      expect([byHeader.status, byHeader.body.error?.['code']]).toEqual([404, 'namespace_unknown']);
      expect(() => alone.emulator.namespace('ada')).toThrow('This emulator has no namespaces');
    } finally {
      await alone.stop();
    }
  });

  it('refuses limits that are none', async () => {
    await expect(startRig({ maxNamespaces: -1 })).rejects.toThrow('maxNamespaces must be a whole number, not -1');
  });
});

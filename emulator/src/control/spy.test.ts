import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Rig } from '../../test/rig.js';
import { refusal, startRig } from '../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterEach(() => rig.emulator.reset());
afterAll(() => rig.stop());

const json = { 'content-type': 'application/json' };
const search = async (filter: unknown): Promise<unknown> =>
  (await rig.call('POST', '/_emulator/requests/search', JSON.stringify(filter), json)).body['data'];

describe('emulator.requests()', () => {
  it('has what was sent and answered, oldest first', async () => {
    const params = { email: 'ada@example.com', metadata: { plan: 'pro' } };
    const ada = await rig.stripe.customers.create(params, { idempotencyKey: 'ada-1' });
    await refusal(rig.stripe.customers.retrieve('cus_nobody'));
    expect(rig.emulator.requests()).toMatchObject([
      {
        method: 'POST',
        path: '/v1/customers',
        params,
        account: null,
        idempotency_key: 'ada-1',
        status: 200,
        answer: { id: ada.id, object: 'customer' },
      },
      { method: 'GET', path: '/v1/customers/cus_nobody', status: 404, answer: { error: { code: 'resource_missing' } } },
    ]);
  });

  it('finds by method, path, parameters, account, idempotency key, status, and answer', async () => {
    const { stripe, emulator } = rig;
    const account = await stripe.accounts.create({ type: 'custom' });
    await stripe.customers.create({ name: 'Ada', metadata: { seats: 3 } });
    await stripe.customers.create({ name: 'Bea' }, { stripeAccount: account.id, idempotencyKey: 'bea' });
    const { id } = await stripe.customers.create({ name: 'Eve' });
    await stripe.customers.update(id, { name: '' });
    await refusal(stripe.customers.retrieve('cus_nobody'));
    const names = (filter: Parameters<typeof emulator.requests>[0]): unknown[] =>
      emulator.requests({ path: '/v1/customers', ...filter }).map(({ params }) => params['name']);
    expect(names({ method: 'post' })).toEqual(['Ada', 'Bea', 'Eve']);
    expect(names({ params: { metadata: { seats: 3 } } })).toEqual(['Ada']);
    expect(names({ account: account.id })).toEqual(['Bea']);
    expect(names({ account: null })).toEqual(['Ada', 'Eve']);
    expect(names({ idempotency_key: 'bea' })).toEqual(['Bea']);
    expect(names({ answer: { id } })).toEqual(['Eve']);
    expect(names({ path: '/v1/customers/*', status: 404 })).toEqual([undefined]);
    expect(names({ path: '/v1/customers/*', params: { name: null } })).toEqual(['']);
    expect(emulator.requests({ path: '/v1/*/*/*' })).toEqual([]);
  });

  it('has the lists of a form, and the JSON of the second API', async () => {
    await rig.stripe.checkout.sessions.create({
      mode: 'payment',
      success_url: 'https://example.com/thanks',
      line_items: [{ quantity: 2, price_data: { currency: 'usd', unit_amount: 500, product_data: { name: 'Tea' } } }],
    });
    const created = { params: { line_items: [{ quantity: 2, price_data: { unit_amount: 500 } }] } };
    expect(rig.emulator.requests(created)).toHaveLength(1);
    await rig.stripe.v2.billing.meterEvents.create({ event_name: 'calls', payload: { value: '7' } }).catch(() => {});
    expect(rig.emulator.requests({ path: '/v2/billing/meter_events', params: { payload: { value: 7 } } })).toHaveLength(
      1,
    );
  });

  it('has neither the dashboard’s requests nor those of fixtures, and nothing after a reset', async () => {
    const dashboard = { 'lockstep-client': 'dashboard' };
    await rig.call('POST', '/v1/customers', 'name=Ada', {
      ...dashboard,
      'content-type': 'application/x-www-form-urlencoded',
    });
    await rig.emulator.fixture([{ name: 'ada', path: '/v1/customers' }]);
    expect(rig.emulator.requests()).toEqual([]);
    await rig.stripe.customers.list();
    expect(rig.emulator.requests()).toHaveLength(1);
    rig.emulator.reset();
    expect(rig.emulator.requests()).toEqual([]);
  });

  it('never has a card’s number', async () => {
    const card = { number: '4242424242424242', exp_month: 12, exp_year: 2040, cvc: '123' };
    await rig.stripe.paymentMethods.create({ type: 'card', card });
    expect(rig.emulator.requests()[0]?.params).toMatchObject({ card: { number: '************4242', cvc: '***' } });
  });
});

describe('POST /_emulator/requests/search', () => {
  it('answers the same to tests in other languages', async () => {
    await rig.stripe.customers.create({ name: 'Ada' });
    await rig.stripe.customers.create({ name: 'Bea' });
    expect(await search({ params: { name: 'Bea' } })).toEqual(rig.emulator.requests({ params: { name: 'Bea' } }));
    expect(await search({})).toHaveLength(2);
  });

  it('refuses what it does not know, and says what may be meant', async () => {
    const { status, body } = await rig.call('POST', '/_emulator/requests/search', '{"metod":"POST"}', json);
    expect([status, body.error]).toMatchObject([
      400,
      { code: 'request_invalid', message: 'Unknown field "metod" (did you mean "method"?)' },
    ]);
  });
});

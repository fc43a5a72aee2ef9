import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rig } from '../../test/rig.js';
import { eventsOf, startRig } from '../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const post = (url: string, form: Record<string, string>): Promise<Response> =>
  fetch(url, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });

async function session(types: readonly string[], currency: string, more = ''): Promise<{ id: string; url: string }> {
  const lines = `line_items[0][price_data][currency]=${currency}&line_items[0][price_data][unit_amount]=5999&line_items[0][price_data][product_data][name]=Book&line_items[0][quantity]=1`;
  const named = types.map((type) => `payment_method_types[]=${type}`).join('&');
  const { body } = await rig.call(
    'POST',
    '/v1/checkout/sessions',
    `mode=payment&success_url=https://shop.example/thanks&${named}&${lines}${more}`,
    { 'stripe-version': '2025-06-30.basil' },
  );
  return { id: String(body.id), url: String(body.url) };
}

const read = (id: string): Promise<Stripe.Checkout.Session> => rig.stripe.checkout.sessions.retrieve(id);

describe('a checkout with local methods', () => {
  test('lets the customer choose, sends them to the payer’s page, and completes', async () => {
    const { id, url } = await session(['card', 'ideal', 'bancontact'], 'eur');
    const page = await (await fetch(url)).text();
    expect(page).toContain('<option value="ideal">iDEAL</option>');
    const sent = await post(url, { method: 'ideal', email: 'ada@example.com', name: 'Ada' });
    const payers = sent.headers.get('location') ?? '';
    expect(payers).toContain('/redirect/pi_');
    // The way back leads over the session's page.
    const back = (await post(payers, { answer: 'approve' })).headers.get('location') ?? '';
    const thanks = await fetch(back, { redirect: 'manual' });
    expect(thanks.headers.get('location')).toBe('https://shop.example/thanks');
    expect(await read(id)).toMatchObject({ status: 'complete', payment_status: 'paid', amount_total: 5999 });
  });

  test('keeps the billing address that the customer entered', async () => {
    const { id, url } = await session(['boleto'], 'brl', '&billing_address_collection=required');
    const address = { line1: 'Rua Augusta 7', city: 'Santos', postal_code: '11010-000', country: 'BR' };
    const entered: Record<string, string> = {
      ...{ method: 'boleto', email: 'ada@example.com', name: 'Ada', tax_id: '000.000.000-00' },
    };
    for (const [part, value] of Object.entries(address)) entered[`billing.${part}`] = value;
    await post(url, entered);
    const paid = await rig.stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent.payment_method'] });
    expect(paid.payment_intent).toMatchObject({ payment_method: { billing_details: { address } } });
  });

  test('stays open after a refusal, and is paid by another method', async () => {
    const { id, url } = await session(['card', 'bancontact'], 'eur');
    const sent = await post(url, { method: 'bancontact', email: 'ada@example.com', name: 'Ada' });
    const back = (await post(sent.headers.get('location') ?? '', { answer: 'refuse' })).headers.get('location') ?? '';
    expect((await fetch(back)).status).toBe(200);
    expect((await read(id)).status).toBe('open');
    await post(url, { method: 'card', number: '4242424242424242', expiry: '12/34', cvc: '123' });
    expect(await read(id)).toMatchObject({ status: 'complete', payment_status: 'paid' });
  });

  test('is complete with a voucher, and tells later that it was paid', async () => {
    const { id, url } = await session(['boleto'], 'brl');
    const sent = await post(url, {
      method: 'boleto',
      email: 'fill_never@example.com',
      name: 'Ada',
      tax_id: '000.000.000-00',
    });
    expect(await read(id)).toMatchObject({ status: 'complete', payment_status: 'unpaid' });
    await post(sent.headers.get('location') ?? '', { answer: 'approve' });
    expect((await read(id)).payment_status).toBe('paid');
    expect((await eventsOf(rig.stripe, id)).map(({ type }) => type)).toEqual([
      'checkout.session.completed',
      'checkout.session.async_payment_succeeded',
    ]);
  });

  test('tells later that a voucher expired', async () => {
    const { id, url } = await session(['oxxo'], 'mxn');
    await post(url, { method: 'oxxo', email: 'expire_immediately@example.com', name: 'Ada' });
    expect((await eventsOf(rig.stripe, id)).map(({ type }) => type)).toEqual([
      'checkout.session.completed',
      'checkout.session.async_payment_failed',
    ]);
  });

  test('takes the code of BLIK', async () => {
    const { id, url } = await session(['blik'], 'pln');
    await post(url, { method: 'blik', email: 'ada@example.com', name: 'Ada', blik_code: '777123' });
    expect(await read(id)).toMatchObject({ status: 'complete', payment_status: 'paid' });
  });

  test('offers nothing that cannot pay in its currency', async () => {
    const { status } = await rig.call(
      'POST',
      '/v1/checkout/sessions',
      'mode=payment&success_url=https://x.example/&payment_method_types[]=ideal&line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=5999&line_items[0][price_data][product_data][name]=Book&line_items[0][quantity]=1',
      { 'stripe-version': '2025-06-30.basil' },
    );
    expect(status).toBe(400);
  });
});

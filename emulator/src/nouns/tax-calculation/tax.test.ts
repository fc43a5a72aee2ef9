import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Rig } from '../../../test/rig.js';
import { refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const BERLIN = { country: 'DE', city: 'Berlin', postal_code: '10115', line1: 'Invalidenstraße 1' };
const calculate = () =>
  rig.stripe.tax.calculations.create({
    currency: 'eur',
    line_items: [
      { amount: 1000, reference: 'a', quantity: 2 },
      { amount: 250, tax_code: 'txcd_99999999' },
    ],
    shipping_cost: { amount: 500 },
    customer_details: { address: BERLIN, address_source: 'shipping' },
    expand: ['line_items'],
  });

test('without registrations nothing is collected, and the reason is told', async () => {
  const made = await calculate();
  expect(made).toMatchObject({
    amount_total: 1750,
    tax_amount_exclusive: 0,
    tax_amount_inclusive: 0,
    customer_details: { address: { country: 'DE' }, address_source: 'shipping' },
    shipping_cost: { amount: 500, amount_tax: 0, tax_code: 'txcd_92010001' },
    tax_breakdown: [{ amount: 0, taxability_reason: 'not_collecting', tax_rate_details: { country: 'DE' } }],
  });
  expect((made.expires_at ?? 0) - made.tax_date).toBe(90 * 86_400);
  expect(made.line_items?.data).toMatchObject([
    { amount: 1000, amount_tax: 0, reference: 'a', quantity: 2, tax_behavior: 'exclusive', tax_code: 'txcd_10000000' },
    { amount: 250, amount_tax: 0, reference: 'L2', quantity: 1, tax_code: 'txcd_99999999' },
  ]);
  const page = await rig.stripe.tax.calculations.listLineItems(made.id ?? '', { limit: 1 });
  expect([page.data.length, page.has_more]).toEqual([1, true]);
  expect((await rig.stripe.tax.calculations.retrieve(made.id ?? '')).amount_total).toBe(1750);
  const nowhere = rig.stripe.tax.calculations.create({ currency: 'eur', line_items: [{ amount: 1, reference: 'a' }] });
  expect((await refusal(nowhere)).code).toBe('customer_tax_location_invalid');
});

test('a sale is recorded once, and reversed whole or in part', async () => {
  const { id: calculation } = await calculate();
  const sale = await rig.stripe.tax.transactions.createFromCalculation({
    calculation: calculation ?? '',
    reference: 'order_1',
    metadata: { k: 'v' },
    expand: ['line_items'],
  });
  expect(sale).toMatchObject({ type: 'transaction', reference: 'order_1', currency: 'eur', reversal: null });
  const again = rig.stripe.tax.transactions.createFromCalculation({
    calculation: calculation ?? '',
    reference: 'order_1',
  });
  expect((await refusal(again)).param).toBe('reference');
  const [first] = sale.line_items?.data ?? [];
  const part = await rig.stripe.tax.transactions.createReversal({
    mode: 'partial',
    original_transaction: sale.id,
    reference: 'refund_1',
    line_items: [{ amount: -400, amount_tax: 0, original_line_item: first?.id ?? '', reference: 'r' }],
    expand: ['line_items'],
  });
  expect(part).toMatchObject({ type: 'reversal', reversal: { original_transaction: sale.id } });
  expect(part.line_items?.data).toMatchObject([{ amount: -400, reversal: { original_line_item: first?.id } }]);
  const more = rig.stripe.tax.transactions.createReversal({
    mode: 'partial',
    original_transaction: sale.id,
    reference: 'refund_2',
    line_items: [{ amount: -1001, amount_tax: 0, original_line_item: first?.id ?? '', reference: 'r' }],
  });
  expect((await refusal(more)).param).toBe('line_items[0][amount]');
  const other = await rig.stripe.tax.transactions.createFromCalculation({
    calculation: calculation ?? '',
    reference: 'order_2',
  });
  const whole = await rig.stripe.tax.transactions.createReversal({
    mode: 'full',
    original_transaction: other.id,
    reference: 'refund_3',
  });
  expect(whole.shipping_cost).toMatchObject({ amount: -500, amount_tax: 0 });
  const { data } = await rig.stripe.tax.transactions.listLineItems(whole.id);
  expect(data.map(({ amount }) => amount)).toEqual([-1000, -250]);
  expect((await rig.stripe.tax.transactions.retrieve(sale.id)).metadata).toEqual({ k: 'v' });
});

test('settings wait for a head office, and give their defaults to calculations', async () => {
  expect(await rig.stripe.tax.settings.retrieve()).toMatchObject({
    status: 'pending',
    status_details: { pending: { missing_fields: ['head_office'] } },
  });
  const set = await rig.stripe.tax.settings.update({
    defaults: { tax_behavior: 'inclusive', tax_code: 'txcd_20030000' },
    head_office: { address: BERLIN },
  });
  expect(set).toMatchObject({ status: 'active', head_office: { address: { city: 'Berlin' } } });
  expect(set.status_details).toEqual({ active: {} });
  const made = await calculate();
  expect(made.line_items?.data[0]).toMatchObject({ tax_behavior: 'inclusive', tax_code: 'txcd_20030000' });
  expect((await rig.stripe.events.list({ type: 'tax.settings.updated' })).data).toHaveLength(1);
});

test('codes and locations are there to be read', async () => {
  const { data } = await rig.stripe.taxCodes.list({ limit: 3 });
  expect(data).toHaveLength(3);
  expect((await rig.stripe.taxCodes.retrieve('txcd_99999999')).name).toBe('General - Tangible Goods');
  expect((await refusal(rig.stripe.taxCodes.retrieve('txcd_1'))).statusCode).toBe(404);
  const place = await rig.stripe.tax.locations.create({ type: 'performance', address: BERLIN, description: 'Hall' });
  expect(await rig.stripe.tax.locations.retrieve(place.id)).toMatchObject({ description: 'Hall', type: 'performance' });
  expect((await rig.stripe.tax.locations.list({ type: 'performance' })).data.map(({ id }) => id)).toEqual([place.id]);
});

test('a customer has a tax location, by their address or address on the network', async () => {
  const expand = ['tax'];
  const known = await rig.stripe.customers.create({ address: BERLIN, tax: { ip_address: '127.0.0.1' }, expand });
  expect(known.tax).toEqual({
    automatic_tax: 'not_collecting',
    ip_address: '127.0.0.1',
    location: { country: 'DE', source: 'billing_address', state: null },
    provider: 'stripe',
  });
  expect((await rig.stripe.customers.retrieve(known.id)) as { tax?: unknown }).not.toHaveProperty('tax');
  const unknown = await rig.stripe.customers.create({ tax: { ip_address: '127.0.0.1' }, expand });
  expect(unknown.tax).toMatchObject({ automatic_tax: 'unrecognized_location', location: null });
  const checked = rig.stripe.customers.create({ tax: { validate_location: 'immediately' } });
  expect((await refusal(checked)).code).toBe('customer_tax_location_invalid');
});

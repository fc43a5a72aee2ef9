import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rig } from '../../../test/rig.js';
import { eventsOf, refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

describe('a tax id', () => {
  test('of a customer is listed with the customer, shown when expanded, and deleted', async () => {
    const { id: customer } = await rig.stripe.customers.create();
    const made = await rig.stripe.customers.createTaxId(customer, { type: 'eu_vat', value: 'DE123456789' });
    expect(made).toMatchObject({ country: 'DE', customer, verification: { status: 'pending' } });
    const expanded = await rig.stripe.customers.retrieve(customer, { expand: ['tax_ids'] });
    expect(expanded).toMatchObject({ tax_ids: { data: [{ id: made.id }] } });
    expect((await rig.stripe.customers.deleteTaxId(customer, made.id)).deleted).toBe(true);
    expect((await rig.stripe.customers.listTaxIds(customer)).data).toEqual([]);
    expect((await eventsOf(rig.stripe, made.id)).map(({ type }) => type)).toEqual([
      'customer.tax_id.created',
      'customer.tax_id.deleted',
    ]);
  });

  test.each([
    ['000000000', 'verified', 'Verified name'],
    ['111111111', 'unverified', null],
  ])('for testing, %s, is found to be %s a moment later', async (value, status, verified_name) => {
    const { id: customer } = await rig.stripe.customers.create();
    const made = await rig.stripe.customers.createTaxId(customer, { type: 'eu_vat', value });
    expect(made.verification?.status).toBe('pending');
    const { verification } = await rig.stripe.customers.retrieveTaxId(customer, made.id);
    expect(verification).toMatchObject({ status, verified_name });
    const [, updated] = await eventsOf(rig.stripe, made.id);
    expect(updated).toMatchObject({
      type: 'customer.tax_id.updated',
      data: { previous_attributes: { verification: { status: 'pending' } } },
    });
  });

  test('of a customer is on the invoice, as it was when that was finalized', async () => {
    const { id: customer } = await rig.stripe.customers.create({
      tax_id_data: [{ type: 'eu_vat', value: 'DE123456789' }],
    });
    const draft = await rig.stripe.invoices.create({ customer });
    expect(draft.customer_tax_ids).toEqual([{ type: 'eu_vat', value: 'DE123456789' }]);
    await rig.stripe.customers.createTaxId(customer, { type: 'us_ein', value: '98-7654321' });
    const { customer_tax_ids: ids } = await rig.stripe.invoices.finalizeInvoice(draft.id);
    expect(ids?.map(({ type }) => type)).toEqual(['eu_vat', 'us_ein']);
  });

  test('of the account itself is in the plain list, without a customer’s, and makes no event', async () => {
    const { id: customer } = await rig.stripe.customers.create();
    const theirs = await rig.stripe.taxIds.create({
      type: 'us_ein',
      value: '12-3456789',
      owner: { type: 'customer', customer },
    });
    const ours = await rig.stripe.taxIds.create({ type: 'us_ein', value: '98-7654321' });
    expect((await rig.stripe.taxIds.list()).data.map(({ id }) => id)).toEqual([ours.id]);
    const owned = await rig.stripe.taxIds.list({ owner: { type: 'customer', customer } });
    expect(owned.data.map(({ id }) => id)).toEqual([theirs.id]);
    expect(await eventsOf(rig.stripe, ours.id)).toEqual([]);
  });

  test('that is not valid is refused', async () => {
    const { id } = await rig.stripe.customers.create();
    const kind = rig.stripe.customers.createTaxId(id, { type: 'eu_nonsense', value: 'DE123456789' });
    expect((await refusal(kind)).param).toBe('type');
    const error = await refusal(rig.stripe.customers.createTaxId(id, { type: 'eu_vat', value: 'nonsense!' }));
    expect([error.code, error.param]).toEqual(['tax_id_invalid', 'value']);
  });
});

describe('a tax rate', () => {
  test('is created, renamed, archived and listed, but keeps its percentage', async () => {
    const made = await rig.stripe.taxRates.create({
      display_name: 'VAT',
      percentage: 19,
      inclusive: true,
      country: 'DE',
      jurisdiction: 'DE',
    });
    const changed = await rig.stripe.taxRates.update(made.id, { active: false, display_name: 'USt' });
    expect(changed).toMatchObject({ active: false, display_name: 'USt', percentage: 19, inclusive: true });
    expect((await rig.stripe.taxRates.list({ active: true })).data.map(({ id }) => id)).not.toContain(made.id);
    expect((await rig.stripe.taxRates.list({ inclusive: true })).data.map(({ id }) => id)).toContain(made.id);
    expect((await refusal(rig.stripe.taxRates.update(made.id, { percentage: 7 } as never))).code).toBe(
      'parameter_unknown',
    );
    expect((await eventsOf(rig.stripe, made.id)).map(({ type }) => type)).toEqual([
      'tax_rate.created',
      'tax_rate.updated',
    ]);
  });

  test.each([-1, 101])('of %d per cent is refused', async (percentage) => {
    const error = await refusal(rig.stripe.taxRates.create({ display_name: 'X', percentage, inclusive: false }));
    expect(error.param).toBe('percentage');
  });
});

describe('automatic tax', () => {
  test('is shown if it is enabled, and is zero: nobody is registered here', async () => {
    const customer = await rig.stripe.customers.create({
      payment_method: 'pm_card_visa',
      invoice_settings: { default_payment_method: 'pm_card_visa' },
    });
    const price = await rig.stripe.prices.create({
      currency: 'usd',
      unit_amount: 1000,
      recurring: { interval: 'month' },
      product_data: { name: 'Pro' },
    });
    const subscription = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      automatic_tax: { enabled: true },
      expand: ['latest_invoice'],
    });
    expect(subscription).toMatchObject({
      automatic_tax: { enabled: true, liability: { type: 'self' } },
      latest_invoice: { automatic_tax: { enabled: true, status: 'complete' }, total: 1000, total_taxes: [] },
    });
    const off = await rig.stripe.subscriptions.update(subscription.id, { automatic_tax: { enabled: false } });
    expect(off.automatic_tax.enabled).toBe(false);
  });
});

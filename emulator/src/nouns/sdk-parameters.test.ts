import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operationsOf } from '../../../tools/catalog/operations.mjs';
import { openSdk } from '../../../tools/catalog/sdk.mjs';
import type { Rig } from '../../test/rig.js';
import { refusal, startRig } from '../../test/rig.js';
import { operations } from './tables.js';

const route = (verb: string, path: string): string => `${verb} ${path.replaceAll(/:\w+|\{[^}]*\}/g, ':')}`;

describe("the SDK's parameters", { timeout: 60_000 }, () => {
  test('are all known to the operations that are built: read, or refused by name with 501', () => {
    const built = new Map(operations.map(({ verb, path, params }) => [route(verb, path), params]));
    const unknown = operationsOf(openSdk()).flatMap(({ verb, path, parameters }) => {
      const params = built.get(route(verb, path));
      if (params === undefined) return [];
      return parameters
        .filter((name) => name !== 'expand' && !Object.hasOwn(params, name))
        .map((name) => `${verb} ${path} ${name}`);
    });
    expect(unknown).toEqual([]);
  });
});

describe('what few send', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.stop());

  test('that is not built is named', async () => {
    const { status, body } = await rig.call('GET', '/v1/invoices?customer_account=acct_1');
    expect([status, body.error?.code]).toEqual([501, 'emulator_not_built']);
    expect(body.error?.message).toContain("'customer_account'");
  });

  test('a charge is reported, shipped and grouped later', async () => {
    const { id } = await rig.stripe.charges.create({ amount: 700, currency: 'usd', source: 'tok_visa' });
    const shipping = { name: 'Ada', address: { line1: 'One St' } };
    const changed = await rig.stripe.charges.update(id, {
      fraud_details: { user_report: 'safe' },
      shipping,
      transfer_group: 'g1',
    });
    expect(changed).toMatchObject({ fraud_details: { user_report: 'safe' }, shipping, transfer_group: 'g1' });
    const taken = await rig.stripe.charges.update(id, { fraud_details: { user_report: '' } });
    expect(taken.fraud_details).toEqual({});
  });

  test('a capture says what stands on the statement, and how a payment is captured can change', async () => {
    const { id } = await rig.stripe.paymentIntents.create({ amount: 700, currency: 'usd' });
    expect((await rig.stripe.paymentIntents.update(id, { capture_method: 'manual' })).capture_method).toBe('manual');
    await rig.stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' });
    const paid = await rig.stripe.paymentIntents.capture(id, { statement_descriptor_suffix: 'BOOKS' });
    expect(paid).toMatchObject({ status: 'succeeded', statement_descriptor_suffix: 'BOOKS' });
    const charge = await rig.stripe.charges.retrieve(paid.latest_charge as string);
    expect(charge).toMatchObject({ captured: true, statement_descriptor_suffix: 'BOOKS' });
    const error = await refusal(rig.stripe.paymentIntents.capture(id));
    expect(error.code).toBe('payment_intent_unexpected_state');
  });

  test('the lines of a credit note that is only previewed come as many at a time as asked', async () => {
    const customer = await rig.stripe.customers.create({ email: 'ada@example.com' });
    const draft = await rig.stripe.invoices.create({
      customer: customer.id,
      collection_method: 'send_invoice',
      days_until_due: 3,
    });
    for (const amount of [100, 200]) {
      await rig.stripe.invoiceItems.create({ customer: customer.id, invoice: draft.id, amount, currency: 'usd' });
    }
    const { id, lines } = await rig.stripe.invoices.finalizeInvoice(draft.id);
    const sent = lines.data.map((line) => ({
      type: 'invoice_line_item' as const,
      invoice_line_item: line.id,
      quantity: 1,
    }));
    const page = await rig.stripe.creditNotes.listPreviewLineItems({ invoice: id, lines: sent, limit: 1 });
    expect([page.data.length, page.has_more]).toEqual([1, true]);
    expect((await rig.stripe.creditNotes.listPreviewLineItems({ invoice: id, lines: sent })).data).toHaveLength(2);
    expect((await rig.stripe.creditNotes.list({ invoice: id })).data).toEqual([]);
  });
});

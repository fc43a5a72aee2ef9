import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMarks } from '../../src/inbox/marks.js';
import { eventOf, startCore, type Core } from '../support/core.js';
import type { Json } from '../support/scripted-stripe.js';
import { databases } from '../support/world.js';

const txn = (id: string): Json => ({ id, object: 'balance_transaction', livemode: false, status: 'pending' });
const charge = (id: string, more: Json = {}): Json => ({
  id,
  object: 'charge',
  livemode: false,
  metadata: {},
  ...more,
});
const item = (id: string, more: Json = {}): Json => ({ id, object: 'invoiceitem', livemode: false, ...more });
const line = (id: string, of: string): Json => ({
  id,
  object: 'line_item',
  parent: { type: 'invoice_item_details', invoice_item_details: { invoice_item: of } },
});
const invoice = (id: string, lines: Json[], more: Json = {}): Json => ({
  id,
  object: 'invoice',
  livemode: false,
  lines: { object: 'list', data: lines, has_more: false, url: `/v1/invoices/${id}/lines` },
  ...more,
});

describe.each(databases)('what a proof leads to on %s', (kind) => {
  let core: Core;
  beforeAll(async () => {
    core = await startCore({ kind });
  });
  afterAll(() => core.stop());

  const put = (path: string, object: Json): void => core.stripe.put(`/v1/${path}/${String(object['id'])}`, object);
  const readsOf = (path: string): number => core.stripe.reads.filter((read) => read === `/v1/${path}`).length;
  const hear = async (type: string, object: Json): Promise<void> => {
    await core.deliver(eventOf(type, object));
    await core.rest();
  };
  /** Marks an object as a sweep does: no event spoke of it. */
  const doubt = async (type: string, id: string): Promise<void> => {
    const { database, source } = core.engine;
    await database.transaction((tx) =>
      createMarks(database).mark(tx, [{ ...source, type, id, parents: {} }], new Date()),
    );
    await core.rest();
  };

  test('the balance transaction that a charge names is read when it is named first, and not again', async () => {
    put('balance_transactions', txn('txn_1'));
    put('charges', charge('ch_1', { balance_transaction: 'txn_1' }));
    await hear('charge.succeeded', charge('ch_1'));
    expect(await core.row('balance_transactions', 'txn_1')).toMatchObject({ proven_at: expect.any(Date) });
    put('charges', charge('ch_1', { balance_transaction: 'txn_1', metadata: { order: '7' } }));
    await hear('charge.updated', charge('ch_1'));
    expect(readsOf('balance_transactions/txn_1')).toBe(1);
  });

  test('a fee is read again when one of its refunds changes', async () => {
    const refund = { id: 'fr_1', object: 'fee_refund', fee: 'fee_1', amount: 1, metadata: {} };
    const fee = (of: Json): Json => ({
      ...{ id: 'fee_1', object: 'application_fee', livemode: false, amount: 9 },
      refunds: { object: 'list', data: [of], has_more: false, url: '/v1/application_fees/fee_1/refunds' },
    });
    put('application_fees', fee(refund));
    put('application_fees/fee_1/refunds', refund);
    await hear('application_fee.refunded', fee(refund));
    const changed = { ...refund, metadata: { order: '7' } };
    put('application_fees', fee(changed));
    put('application_fees/fee_1/refunds', changed);
    await hear('application_fee.refund.updated', changed);
    expect(await core.row('application_fees', 'fee_1')).toMatchObject({ data: { refunds: { data: [changed] } } });
  });

  test('an item is read again when an invoice takes it, when it lets it go, and not between', async () => {
    put('invoiceitems', item('ii_1', { invoice: null }));
    await hear('invoiceitem.created', item('ii_1'));
    put('invoiceitems', item('ii_1', { invoice: 'in_1' }));
    put('invoices', invoice('in_1', [line('il_1', 'ii_1')], { status: 'draft' }));
    await hear('invoice.created', invoice('in_1', []));
    expect(await core.row('invoiceitems', 'ii_1')).toMatchObject({ invoice: 'in_1' });
    put('invoices', invoice('in_1', [line('il_1', 'ii_1')], { status: 'open' }));
    await hear('invoice.finalized', invoice('in_1', []));
    expect(readsOf('invoiceitems/ii_1')).toBe(2);
    put('invoiceitems', item('ii_1', { invoice: null }));
    core.stripe.remove('/v1/invoices/in_1');
    await hear('invoice.deleted', invoice('in_1', []));
    expect(await core.row('invoiceitems', 'ii_1')).toMatchObject({ invoice: null });
  });

  test('rows that name a customer are read again when it is deleted', async () => {
    const method = { id: 'pm_1', object: 'payment_method', livemode: false, customer: 'cus_1' };
    put('customers', { id: 'cus_1', object: 'customer', livemode: false });
    put('payment_methods', method);
    await hear('customer.created', { id: 'cus_1', object: 'customer' });
    await hear('payment_method.attached', method);
    put('payment_methods', { ...method, customer: null });
    put('customers', { id: 'cus_1', object: 'customer', deleted: true });
    await hear('customer.deleted', { id: 'cus_1', object: 'customer' });
    expect(await core.row('payment_methods', 'pm_1')).toMatchObject({ customer: null, deleted: false });
  });

  test('a balance that came back before it was read left its transactions, which are listed all the same', async () => {
    const one = { id: 'cus_2', object: 'customer', livemode: false, balance: 0 };
    const moved = { id: 'cbtxn_1', object: 'customer_balance_transaction', customer: 'cus_2', amount: -500 };
    put('customers', one);
    await hear('customer.created', one);
    core.stripe.put('/v1/customers/cus_2/balance_transactions', {
      object: 'list',
      data: [moved],
      has_more: false,
      url: '/v1/customers/cus_2/balance_transactions',
    });
    core.stripe.put('/v1/customers/cus_2/balance_transactions/cbtxn_1', moved);
    await hear('customer.updated', one);
    expect(await core.row('customer_balance_transactions', 'cbtxn_1')).toMatchObject({ amount: -500 });
  });

  test('a proof that changes nothing and that no event asked for leads nowhere, so that two that name each other rest', async () => {
    const card = { id: 'card_1', object: 'card', customer: 'cus_3' };
    const method = { id: 'card_1', object: 'payment_method', livemode: false, customer: 'cus_3' };
    put('customers', { id: 'cus_3', object: 'customer', livemode: false });
    core.stripe.put('/v1/customers/cus_3/sources/card_1', card);
    put('payment_methods', method);
    await hear('customer.source.created', card);
    await hear('payment_method.updated', { ...method, metadata: { k: 'v' } });
    const before = core.stripe.reads.length;
    await doubt('payment_method', 'card_1');
    expect(core.stripe.reads.slice(before)).toEqual(['/v1/payment_methods/card_1']);
  });
});

import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rig } from '../../../test/rig.js';
import { eventsOf, refusal, startRig } from '../../../test/rig.js';
import { idOf } from '../../state/unit.js';

let rig: Rig;
let shop: string;
beforeAll(async () => {
  rig = await startRig();
  ({ id: shop } = await rig.stripe.accounts.create({ type: 'express', email: 'shop@example.com' }));
});
afterAll(() => rig.stop());

const pay = (
  more: Partial<Stripe.PaymentIntentCreateParams>,
  options?: Stripe.RequestOptions,
): Promise<Stripe.PaymentIntent> =>
  rig.stripe.paymentIntents.create(
    {
      amount: 10_000,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      confirm: true,
      return_url: 'https://x.example/',
      expand: ['latest_charge'],
      ...more,
    },
    options,
  );
const idText = (value: string | { id: string } | null | undefined): string => idOf(value) ?? '';
const chargeOf = ({ latest_charge: charge }: Stripe.PaymentIntent): Stripe.Charge => charge as Stripe.Charge;
const there = (): Stripe.RequestOptions => ({ stripeAccount: shop });
/** The available balance at once: the card whose money waits for nothing. */
const fund = (amount: number, options?: Stripe.RequestOptions): Promise<Stripe.Charge> =>
  rig.stripe.charges.create({ amount, currency: 'usd', source: 'tok_bypassPending' }, options);
async function available(options?: Stripe.RequestOptions): Promise<number> {
  const { available: funds } = await rig.stripe.balance.retrieve({}, options);
  return funds.find(({ currency }) => currency === 'usd')?.amount ?? 0;
}

describe('a charge with a destination', () => {
  test('goes to the connected account, and the fee comes back to the platform', async () => {
    const intent = await pay({ application_fee_amount: 1_230, transfer_data: { destination: shop } });
    const charge = chargeOf(intent);
    expect(intent).toMatchObject({ application_fee_amount: 1_230, transfer_data: { destination: shop } });
    const transfer = await rig.stripe.transfers.retrieve(idText(charge.transfer), { expand: ['balance_transaction'] });
    expect(transfer).toMatchObject({
      amount: 10_000,
      destination: shop,
      source_transaction: charge.id,
      transfer_group: `group_${intent.id}`,
      balance_transaction: { amount: -10_000, fee: 0, net: -10_000, type: 'transfer' },
    });
    const payment = await rig.stripe.charges.retrieve(
      idText(transfer.destination_payment),
      { expand: ['balance_transaction'] },
      there(),
    );
    expect(payment).toMatchObject({
      amount: 10_000,
      source_transfer: transfer.id,
      // 100.00, of which the platform keeps 12.30.
      balance_transaction: { amount: 10_000, fee: 1_230, net: 8_770, type: 'payment' },
    });
    const fee = await rig.stripe.applicationFees.retrieve(idText(charge.application_fee), {
      expand: ['balance_transaction'],
    });
    expect(fee).toMatchObject({
      account: shop,
      amount: 1_230,
      charge: payment.id,
      originating_transaction: charge.id,
      balance_transaction: { amount: 1_230, fee: 0, net: 1_230, type: 'application_fee' },
    });
    expect((await eventsOf(rig.stripe, fee.id)).map(({ type }) => type)).toEqual(['application_fee.created']);
    expect((await eventsOf(rig.stripe, transfer.id)).map(({ type }) => type)).toEqual(['transfer.created']);
  });

  test('can send a part, and keeps the rest', async () => {
    const charge = chargeOf(await pay({ transfer_data: { amount: 8_000, destination: shop } }));
    expect((await rig.stripe.transfers.retrieve(idText(charge.transfer))).amount).toBe(8_000);
    expect(charge.application_fee).toBeNull();
  });

  test('gives back its share of a refund', async () => {
    const charge = chargeOf(await pay({ application_fee_amount: 1_000, transfer_data: { destination: shop } }));
    const refund = await rig.stripe.refunds.create({
      charge: charge.id,
      amount: 2_500,
      refund_application_fee: true,
      reverse_transfer: true,
    });
    // A quarter of the charge: 25.00 of the transfer, 2.50 of the fee.
    const transfer = await rig.stripe.transfers.retrieve(idText(charge.transfer));
    expect(transfer).toMatchObject({ amount_reversed: 2_500, reversed: false });
    expect(transfer.reversals.data).toMatchObject([
      { id: refund.transfer_reversal, amount: 2_500, source_refund: refund.id },
    ]);
    const fee = await rig.stripe.applicationFees.retrieve(idText(charge.application_fee));
    expect(fee).toMatchObject({ amount_refunded: 250, refunded: false });
    const payment = await rig.stripe.charges.retrieve(idText(transfer.destination_payment), {}, there());
    expect(payment).toMatchObject({ amount_refunded: 2_500, refunded: false });
  });

  test('is shared out when it is captured, by what was captured', async () => {
    const held = await pay({
      capture_method: 'manual',
      application_fee_amount: 500,
      transfer_data: { destination: shop },
    });
    expect(chargeOf(held).transfer ?? null).toBeNull();
    await rig.stripe.paymentIntents.capture(held.id, { amount_to_capture: 4_000 });
    const charge = await rig.stripe.charges.retrieve(chargeOf(held).id);
    expect((await rig.stripe.transfers.retrieve(idText(charge.transfer))).amount).toBe(4_000);
    expect((await rig.stripe.applicationFees.retrieve(idText(charge.application_fee))).amount).toBe(500);
  });
});

describe('a charge in a connected account', () => {
  test('pays Stripe’s fee and the platform’s', async () => {
    const charge = chargeOf(await pay({ application_fee_amount: 700 }, there()));
    const moved = await rig.stripe.balanceTransactions.retrieve(idText(charge.balance_transaction), {}, there());
    // 2.9 % of 100.00 and 0.30 are 3.20, and the platform's 7.00.
    expect(moved).toMatchObject({ amount: 10_000, fee: 1_020, net: 8_980 });
    expect(moved.fee_details.map(({ amount, type }) => [type, amount])).toEqual([
      ['stripe_fee', 320],
      ['application_fee', 700],
    ]);
    const fee = await rig.stripe.applicationFees.retrieve(idText(charge.application_fee));
    expect(fee).toMatchObject({ account: shop, amount: 700, charge: charge.id, originating_transaction: null });
  });

  test('pays a share of a subscription', async () => {
    const own = there();
    const { id: customer } = await rig.stripe.customers.create(
      { payment_method: 'pm_card_visa', invoice_settings: { default_payment_method: 'pm_card_visa' } },
      own,
    );
    const price = await rig.stripe.prices.create(
      { currency: 'usd', unit_amount: 3_333, recurring: { interval: 'month' }, product_data: { name: 'Pro' } },
      own,
    );
    await rig.stripe.subscriptions.create(
      { customer, items: [{ price: price.id }], application_fee_percent: 12.5 },
      own,
    );
    const { data } = await rig.stripe.charges.list({ customer }, own);
    // 12.5 % of 33.33.
    expect(data[0]?.application_fee_amount).toBe(417);
    expect((await rig.stripe.applicationFees.list({ charge: data[0]?.id ?? '' })).data).toMatchObject([
      { amount: 417 },
    ]);
  });
});

test('a fee that nobody would pay, and a destination that is not connected, are refused', async () => {
  expect((await refusal(pay({ application_fee_amount: 10 }))).param).toBe('application_fee_amount');
  const unknown = pay({ transfer_data: { destination: 'acct_x' } });
  expect((await refusal(unknown)).param).toBe('transfer_data[destination]');
  const toMuch = pay({ application_fee_amount: 10_001, transfer_data: { destination: shop } });
  expect((await refusal(toMuch)).param).toBe('application_fee_amount');
});

describe('a fee', () => {
  test('is refunded in parts', async () => {
    const charge = chargeOf(await pay({ application_fee_amount: 700 }, there()));
    const fee = idText(charge.application_fee);
    const part = await rig.stripe.applicationFees.createRefund(fee, { amount: 200 });
    expect(part).toMatchObject({ amount: 200, fee, currency: 'usd' });
    await rig.stripe.applicationFees.updateRefund(fee, part.id, { metadata: { why: 'sorry' } });
    expect((await rig.stripe.applicationFees.retrieveRefund(fee, part.id)).metadata).toEqual({ why: 'sorry' });
    await rig.stripe.applicationFees.createRefund(fee);
    expect(await rig.stripe.applicationFees.retrieve(fee)).toMatchObject({ amount_refunded: 700, refunded: true });
    expect((await rig.stripe.applicationFees.listRefunds(fee)).data.map(({ amount }) => amount)).toEqual([500, 200]);
    expect((await refusal(rig.stripe.applicationFees.createRefund(fee))).code).toBe('fee_already_refunded');
    expect((await eventsOf(rig.stripe, fee)).map(({ type }) => type)).toEqual([
      'application_fee.created',
      'application_fee.refunded',
      'application_fee.refunded',
    ]);
  });
});

describe('a transfer', () => {
  test('takes what is available, and comes back in parts', async () => {
    const poor = rig.stripe.transfers.create({ amount: 9_999_999, currency: 'usd', destination: shop });
    expect((await refusal(poor)).code).toBe('balance_insufficient');
    await fund(20_000);
    const before = [await available(), await available(there())];
    const transfer = await rig.stripe.transfers.create({
      amount: 5_000,
      currency: 'usd',
      destination: shop,
      transfer_group: 'order_1',
    });
    const half = await rig.stripe.transfers.createReversal(transfer.id, { amount: 2_000, metadata: { k: 'v' } });
    expect(half).toMatchObject({ amount: 2_000, transfer: transfer.id, metadata: { k: 'v' } });
    const after = [await available(), await available(there())];
    expect(after).toEqual([(before[0] ?? 0) - 3_000, (before[1] ?? 0) + 3_000]);
    await rig.stripe.transfers.updateReversal(transfer.id, half.id, { metadata: { k: 'w' } });
    expect((await rig.stripe.transfers.retrieveReversal(transfer.id, half.id)).metadata).toEqual({ k: 'w' });
    await rig.stripe.transfers.createReversal(transfer.id);
    expect(await rig.stripe.transfers.retrieve(transfer.id)).toMatchObject({ amount_reversed: 5_000, reversed: true });
    expect((await rig.stripe.transfers.listReversals(transfer.id)).data.map(({ amount }) => amount)).toEqual([
      3_000, 2_000,
    ]);
    const again = rig.stripe.transfers.createReversal(transfer.id);
    expect((await refusal(again)).code).toBe('transfer_already_reversed');
    const grouped = await rig.stripe.transfers.list({ transfer_group: 'order_1' });
    expect(grouped.data.map(({ id }) => id)).toEqual([transfer.id]);
    await rig.stripe.transfers.update(transfer.id, { description: 'first' });
    expect((await rig.stripe.transfers.retrieve(transfer.id)).description).toBe('first');
  });

  test('shares out a charge, and no more than that', async () => {
    const charge = chargeOf(await pay({ transfer_group: 'g' }));
    const send = (amount: number): Promise<Stripe.Transfer> =>
      rig.stripe.transfers.create({ amount, currency: 'usd', destination: shop, source_transaction: charge.id });
    expect(await send(6_000)).toMatchObject({ transfer_group: 'g', source_transaction: charge.id });
    expect((await refusal(send(4_001))).param).toBe('amount');
    expect((await send(4_000)).amount).toBe(4_000);
  });
});

describe('a payout', () => {
  test('leaves the balance at once and arrives two days later', async () => {
    await fund(10_000);
    const before = await available();
    const payout = await rig.stripe.payouts.create({ amount: 1_000, currency: 'usd', metadata: { k: 'v' } });
    expect(payout).toMatchObject({ amount: 1_000, status: 'pending', automatic: false, type: 'bank_account' });
    expect(await available()).toBe(before - 1_000);
    const moved = await rig.stripe.balanceTransactions.retrieve(idText(payout.balance_transaction));
    expect(moved).toMatchObject({ amount: -1_000, net: -1_000, type: 'payout', reporting_category: 'payout' });
    rig.emulator.clock.advance(3 * 86_400_000);
    await expect.poll(async () => (await rig.stripe.payouts.retrieve(payout.id)).status).toBe('paid');
    expect((await eventsOf(rig.stripe, payout.id)).map(({ type }) => type)).toEqual([
      'payout.created',
      'payout.updated',
      'payout.paid',
    ]);
    const reversal = await rig.stripe.payouts.reverse(payout.id);
    expect(reversal).toMatchObject({ amount: -1_000, original_payout: payout.id });
    expect((await rig.stripe.payouts.retrieve(payout.id)).reversed_by).toBe(reversal.id);
  });

  test('that waits can be canceled, and the money is back', async () => {
    await fund(10_000);
    const before = await available();
    const { id } = await rig.stripe.payouts.create({ amount: 1_000, currency: 'usd' });
    await rig.stripe.payouts.update(id, { metadata: { k: 'v' } });
    expect(await rig.stripe.payouts.cancel(id)).toMatchObject({ status: 'canceled', metadata: { k: 'v' } });
    expect(await available()).toBe(before);
    expect((await refusal(rig.stripe.payouts.cancel(id))).code).toBe('payout_not_cancelable');
    expect((await rig.stripe.payouts.list({ status: 'canceled' })).data.map((row) => row.id)).toEqual([id]);
    const poor = rig.stripe.payouts.create({ amount: 9_999_999, currency: 'usd' });
    expect((await refusal(poor)).code).toBe('balance_insufficient');
  });

  test('of a connected account needs its bank account, and fails to one that there is not', async () => {
    await fund(10_000, there());
    const send = (): Promise<Stripe.Payout> => rig.stripe.payouts.create({ amount: 1_000, currency: 'usd' }, there());
    expect((await refusal(send())).message).toContain('external accounts in that currency');
    await rig.stripe.accounts.createExternalAccount(shop, {
      external_account: {
        object: 'bank_account',
        account_number: '000111111116',
        country: 'US',
        currency: 'usd',
        routing_number: '110000000',
      },
    });
    const before = await available(there());
    const { id } = await send();
    rig.emulator.clock.advance(3 * 86_400_000);
    await expect.poll(async () => (await rig.stripe.payouts.retrieve(id, {}, there())).status).toBe('failed');
    expect(await rig.stripe.payouts.retrieve(id, {}, there())).toMatchObject({ failure_code: 'no_account' });
    expect(await available(there())).toBeGreaterThanOrEqual(before);
  });
});

test('a top-up is in the balance after some days, or canceled', async () => {
  const before = await available();
  const made = await rig.stripe.topups.create({ amount: 2_000, currency: 'usd', description: 'more' });
  expect(made).toMatchObject({ status: 'pending', balance_transaction: null });
  const other = await rig.stripe.topups.create({ amount: 100, currency: 'usd' });
  await rig.stripe.topups.update(other.id, { metadata: { k: 'v' } });
  expect(await rig.stripe.topups.cancel(other.id)).toMatchObject({ status: 'canceled', metadata: { k: 'v' } });
  rig.emulator.clock.advance(6 * 86_400_000);
  await expect.poll(async () => (await rig.stripe.topups.retrieve(made.id)).status).toBe('succeeded');
  const { balance_transaction: id } = await rig.stripe.topups.retrieve(made.id);
  expect(await rig.stripe.balanceTransactions.retrieve(idText(id))).toMatchObject({ net: 2_000, type: 'topup' });
  expect(await available()).toBeGreaterThanOrEqual(before + 2_000);
  expect((await rig.stripe.topups.list({ amount: { gte: 2_000 } })).data.map((row) => row.id)).toEqual([made.id]);
  expect((await eventsOf(rig.stripe, made.id)).map(({ type }) => type)).toEqual(['topup.created', 'topup.succeeded']);
});

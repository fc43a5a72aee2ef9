import { listOperation, range } from '../../api/list.js';
import type { OperationCall, Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { email, emptyable, integer, metadata, oneOf, text, unbuiltAll, unbuilt } from '../../api/params.js';
import { invalid, missing } from '../../api/problem.js';
import { given } from '../../api/standard.js';
import type { Json } from '../../state/rows.js';
import type { PaymentIntentRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { moveMoney } from '../balance-transaction/operations.js';
import { checkOwner } from './attempt.js';
import { unexpectedState } from './unexpected-state.js';
import { disputeAsTested } from '../dispute/operations.js';
import { cancelPayment } from './cancel.js';
import { confirm } from './confirm.js';
import {
  attemptOf,
  commonFields,
  confirmFields,
  createFields,
  methodSent,
  patchOf,
  shippingOf,
  shippingParam,
  usage,
  withToken,
} from './params.js';
import { paymentMethodData } from '../payment-method/operations.js';
import { mergeOptions, methodOptions } from '../payment-method/options.js';
import { useConfirmation } from '../confirmation-token/use.js';
import { configured } from '../payment-method-configuration/use.js';
import { newPayment } from './create.js';
import type { Shares } from '../charge/share-out.js';
import { checkShares, feeIn, shareOut } from '../charge/share-out.js';
import { refundRest } from '../refund/operations.js';
import { checkSecret, publicly, publicView } from './public-view.js';
import { checkChargeable } from '../price/currency.js';
import { currencyParam } from '../shared/params.js';

const captureMethod = () => oneOf('automatic', 'automatic_async', 'manual');

export const paymentIntentOperations: readonly Operation[] = [
  operation('POST /v1/payment_intents', createFields, ({ unit, params: asked }) => {
    const params = withToken(unit, asked);
    if (params.confirmation_token !== undefined && params.confirm !== true) {
      throw invalid('`confirmation_token` can only be used when `confirm` is true.', 'confirmation_token');
    }
    checkChargeable(params.amount, params.currency);
    checkShares(unit, params.amount, params);
    if (params.customer !== undefined) unit.need('customer', params.customer, 'customer');
    const method = methodSent(unit, params);
    const row = newPayment(unit, {
      amount: params.amount,
      currency: params.currency,
      customer: params.customer ?? null,
      paymentMethod: method,
      patch: {
        ...patchOf(undefined, params),
        ...configured(unit, params.payment_method_configuration, params.currency),
      },
    });
    if (params.confirmation_token !== undefined) useConfirmation(unit, params.confirmation_token, row.id);
    if (method !== null) checkOwner(unit.need('payment_method', method), params.customer ?? null);
    if (params.confirm === true) return confirm(unit, row.id, attemptOf(params));
    return unit.view('payment_intent', row);
  }),
  operation('GET /v1/payment_intents/:id', { client_secret: text() }, (call) => seen(call, unitIntent(call)), {
    publishable: true,
  }),
  operation(
    'POST /v1/payment_intents/:id',
    {
      ...commonFields,
      amount: integer(1, 99_999_999),
      capture_method: captureMethod(),
      currency: currencyParam(),
      customer: text(),
      payment_method: emptyable(text()),
      payment_method_data: paymentMethodData(),
      payment_method_options: methodOptions(),
      ...unbuiltAll('amount_details', 'hooks', 'payment_details', 'payment_method_configuration'),
    },
    ({ unit, at, params }) => {
      const row = unit.need('payment_intent', at.id ?? '');
      if (row.status === 'succeeded' || row.status === 'canceled') {
        const field = Object.keys(params).find((name) => !NOTES.has(name));
        if (field !== undefined) throw unexpectedState(unit, row, 'update', field);
      }
      checkChargeable(params.amount ?? row.amount, params.currency ?? row.currency);
      if (params.customer !== undefined) unit.need('customer', params.customer, 'customer');
      const method = params.payment_method === null ? null : methodSent(unit, params);
      const patch: Partial<PaymentIntentRow> = {
        ...patchOf(row, params),
        ...given({
          amount: params.amount,
          capture_method: params.capture_method,
          currency: params.currency,
          customer: params.customer,
        }),
        ...(method === null && params.payment_method === undefined
          ? {}
          : { payment_method: method, status: method === null ? 'requires_payment_method' : 'requires_confirmation' }),
      };
      return unit.view('payment_intent', unit.update('payment_intent', row.id, patch));
    },
  ),
  operation(
    'POST /v1/payment_intents/:id/confirm',
    {
      ...confirmFields,
      client_secret: text(),
      receipt_email: emptyable(email()),
      setup_future_usage: emptyable(usage()),
      shipping: emptyable(shippingParam()),
      capture_method: captureMethod(),
      expected_payment_method_type: text(),
      ...unbuiltAll('allowed_payment_method_types', 'amount_to_confirm', 'excluded_payment_method_types'),
    },
    (call) => {
      const { unit } = call;
      const row = unitIntent(call);
      const params = withToken(unit, call.params);
      if (params.confirmation_token !== undefined) useConfirmation(unit, params.confirmation_token, row.id);
      const method = methodSent(unit, params);
      const patch = given({
        receipt_email: params.receipt_email,
        setup_future_usage: params.setup_future_usage,
        shipping: params.shipping === undefined ? undefined : shippingOf(params.shipping),
        capture_method: params.capture_method,
        payment_method_options:
          params.payment_method_options === undefined
            ? undefined
            : (mergeOptions(
                row.payment_method_options,
                params.payment_method_options,
              ) as unknown as PaymentIntentRow['payment_method_options']),
      });
      unit.update('payment_intent', row.id, patch, []);
      const attempt = { ...attemptOf(params), paymentMethod: method ?? undefined };
      const guest = call.key === 'publishable';
      publicly(guest, () =>
        confirm(
          unit,
          row.id,
          guest ? { ...attempt, useStripeSdk: params.use_stripe_sdk ?? true, offSession: false } : attempt,
        ),
      );
      return seen(call, unit.need('payment_intent', row.id));
    },
    { publishable: true },
  ),
  operation(
    'POST /v1/payment_intents/:id/cancel',
    { cancellation_reason: oneOf('abandoned', 'duplicate', 'fraudulent', 'requested_by_customer') },
    ({ unit, at, params }) => {
      const row = unit.need('payment_intent', at.id ?? '');
      if (row.status === 'succeeded' || row.status === 'canceled') {
        throw unexpectedState(unit, row, 'cancel');
      }
      return unit.view('payment_intent', cancelPayment(unit, row.id, params.cancellation_reason ?? null));
    },
  ),
  operation(
    'POST /v1/payment_intents/:id/capture',
    {
      amount_to_capture: integer(1),
      metadata: metadata(),
      statement_descriptor: text(22),
      statement_descriptor_suffix: text(22),
      application_fee_amount: integer(0),
      ...unbuiltAll('amount_details', 'final_capture', 'hooks', 'payment_details'),
      ...unbuiltAll('transfer_data'),
    },
    ({ unit, at, params }) => {
      const row = unit.need('payment_intent', at.id ?? '');
      if (row.status !== 'requires_capture') throw unexpectedState(unit, row, 'capture');
      const amount = params.amount_to_capture ?? row.amount;
      if (amount > row.amount)
        throw invalid(
          'The amount to capture is greater than the amount authorized.',
          'amount_to_capture',
          'amount_too_large',
        );
      const words = given({
        statement_descriptor: params.statement_descriptor,
        statement_descriptor_suffix: params.statement_descriptor_suffix,
        application_fee_amount: params.application_fee_amount,
      });
      checkShares(unit, amount, { ...row, ...words } as Shares);
      unit.update('payment_intent', row.id, words, []);
      unit.update('charge', idOf(row.latest_charge) ?? '', words, []);
      capture(unit, row, amount);
      return unit.show('payment_intent', row.id);
    },
  ),
  listOperation('/v1/payment_intents', {
    type: 'payment_intent',
    filters: {
      created: range('created'),
      customer: { param: text(), field: 'customer' },
      customer_account: { param: unbuilt() },
    },
  }),
];

/** What may still be changed after a payment has ended. */
const NOTES: ReadonlySet<string> = new Set(['description', 'metadata', 'receipt_email', 'shipping', 'transfer_group']);

type SomeCall = OperationCall<typeof confirmFields & { client_secret: ReturnType<typeof text> }>;

/** The authorized money is taken, all or a part: `charge.captured`, `payment_intent.succeeded`. */
function capture(unit: Unit, row: PaymentIntentRow, amount: number): void {
  const charge = idOf(row.latest_charge) ?? '';
  const movement = {
    amount,
    currency: row.currency,
    type: charge.startsWith('py_') ? ('payment' as const) : ('charge' as const),
    source: charge,
    description: row.description,
    applicationFee: feeIn(unit, unit.need('charge', charge)),
  };
  refundRest(unit, unit.need('charge', charge), amount);
  const patch = { captured: true, amount_captured: amount, balance_transaction: moveMoney(unit, movement) };
  unit.around(
    'charge',
    charge,
    () => {
      unit.update('charge', charge, patch, []);
      shareOut(unit, charge);
    },
    [{ name: 'charge.captured' }],
  );
  const done = { status: 'succeeded' as const, amount_received: amount, amount_capturable: 0 };
  const payment = unit.update('payment_intent', row.id, done, []);
  unit.emit('payment_intent.succeeded', 'payment_intent', row.id);
  unit.react('payment.succeeded', { payment });
  disputeAsTested(unit, charge);
}

/** The intent of the call; a page with a publishable key must know its secret. */
function unitIntent({
  unit,
  at,
  params,
  key,
}: Pick<SomeCall, 'unit' | 'at' | 'key'> & { params: { client_secret?: string } }): PaymentIntentRow {
  const id = at.id ?? '';
  const row = unit.find('payment_intent', id);
  if (row === undefined) throw missing('payment_intent', id, 'intent', 404);
  checkSecret(row.client_secret, params.client_secret, key, 'PaymentIntent');
  return row;
}

function seen({ unit, key }: { unit: Unit; key: 'secret' | 'publishable' }, row: PaymentIntentRow): Json {
  const shown = unit.view('payment_intent', row);
  return key === 'secret' ? shown : publicView(shown);
}

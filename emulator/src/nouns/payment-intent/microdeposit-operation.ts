import { operation } from '../../api/operation.js';
import { missing } from '../../api/problem.js';
import { idOf } from '../../state/unit.js';
import { processPayment } from './debit.js';
import { microdepositParams, verify } from './microdeposits.js';
import { answerPayer } from './payer.js';
import { checkSecret, publicView } from './public-view.js';
import { unexpectedState } from './unexpected-state.js';

export const microdepositOperation = operation(
  'POST /v1/payment_intents/:id/verify_microdeposits',
  microdepositParams,
  ({ unit, at: { id = '' }, params, key }) => {
    const row = unit.find('payment_intent', id);
    if (row === undefined) throw missing('payment_intent', id, 'intent', 404);
    checkSecret(row.client_secret, params.client_secret, key, 'PaymentIntent');
    if (row.next_action?.type !== 'verify_with_microdeposits') throw unexpectedState(unit, row, 'confirm');
    const method = unit.need('payment_method', idOf(row.payment_method) ?? '');
    const refusal = verify(unit, method, params);
    if (refusal === null) processPayment(unit, id, unit.need('payment_method', method.id));
    else answerPayer(unit, id, refusal);
    const shown = unit.show('payment_intent', id);
    return key === 'secret' ? shown : publicView(shown);
  },
  { publishable: true },
);

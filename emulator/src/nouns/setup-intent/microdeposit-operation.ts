import { operation } from '../../api/operation.js';
import { missing } from '../../api/problem.js';
import { idOf } from '../../state/unit.js';
import { microdepositParams, verify } from '../payment-intent/microdeposits.js';
import { checkSecret, publicView } from '../payment-intent/public-view.js';
import { completeSetup, failSetupChallenge, unexpectedSetup } from './attempt.js';

export const setupMicrodepositOperation = operation(
  'POST /v1/setup_intents/:id/verify_microdeposits',
  microdepositParams,
  ({ unit, at: { id = '' }, params, key }) => {
    const row = unit.find('setup_intent', id);
    if (row === undefined) throw missing('setupintent', id, 'intent', 404);
    checkSecret(row.client_secret, params.client_secret, key, 'SetupIntent');
    if (row.next_action?.type !== 'verify_with_microdeposits') throw unexpectedSetup(unit, row, 'confirm');
    const refusal = verify(unit, unit.need('payment_method', idOf(row.payment_method) ?? ''), params);
    if (refusal === null) completeSetup(unit, id);
    else failSetupChallenge(unit, id, refusal);
    const shown = unit.show('setup_intent', id);
    return key === 'secret' ? shown : publicView(shown);
  },
  { publishable: true },
);

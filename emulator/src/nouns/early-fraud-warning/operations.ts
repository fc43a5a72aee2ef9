import type Stripe from 'stripe';
import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { text } from '../../api/params.js';
import { retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';

export const earlyFraudWarningOperations: readonly Operation[] = [
  retrieveOperation('/v1/radar/early_fraud_warnings', 'radar.early_fraud_warning'),
  listOperation('/v1/radar/early_fraud_warnings', {
    type: 'radar.early_fraud_warning',
    filters: {
      charge: { param: text(), field: 'charge' },
      created: range('created'),
      payment_intent: { param: text(), field: 'payment_intent' },
    },
  }),
];

export function warnOfFraud(unit: Unit, charge: Stripe.Charge): void {
  const payment = idOf(charge.payment_intent);
  unit.insert('radar.early_fraud_warning', {
    id: newId('issfr'),
    object: 'radar.early_fraud_warning',
    actionable: true,
    charge: charge.id,
    created: unit.now,
    fraud_type: 'misc',
    livemode: false,
    ...(payment === null ? {} : { payment_intent: payment }),
  });
}

/** A warning ends with a dispute or a full refund. */
export function endWarnings(unit: Unit, charge: string): void {
  for (const { id, actionable } of unit.all('radar.early_fraud_warning', 'charge', charge))
    if (actionable) unit.update('radar.early_fraud_warning', id, { actionable: false });
}

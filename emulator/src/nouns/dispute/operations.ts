import type Stripe from 'stripe';
import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import type { Param } from '../../api/params.js';
import { emptyable, flag, hash, mergeMetadata, metadata, text, unbuiltAll } from '../../api/params.js';
import { invalid, missing } from '../../api/problem.js';
import { given, retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { moveMoney } from '../balance-transaction/operations.js';
import { testCard, type DisputeKind } from '../payment-method/card.js';
import { endWarnings, warnOfFraud } from '../early-fraud-warning/operations.js';

const DUE_AFTER_SECONDS = 9 * 86_400;
const FEE = 1500;
const OPEN: ReadonlySet<string> = new Set(['needs_response', 'warning_needs_response']);

const EVIDENCE = [
  'access_activity_log',
  'billing_address',
  'cancellation_policy',
  'cancellation_policy_disclosure',
  'cancellation_rebuttal',
  'customer_communication',
  'customer_email_address',
  'customer_name',
  'customer_purchase_ip',
  'customer_signature',
  'duplicate_charge_documentation',
  'duplicate_charge_explanation',
  'duplicate_charge_id',
  'product_description',
  'receipt',
  'refund_policy',
  'refund_policy_disclosure',
  'refund_refusal_explanation',
  'service_date',
  'service_documentation',
  'shipping_address',
  'shipping_carrier',
  'shipping_date',
  'shipping_documentation',
  'shipping_tracking_number',
  'uncategorized_file',
  'uncategorized_text',
] as const;
type EvidenceName = (typeof EVIDENCE)[number];

const evidenceParam = hash({
  ...(Object.fromEntries(EVIDENCE.map((name) => [name, emptyable(text(20_000))])) as Record<
    EvidenceName,
    Param<string | null>
  >),
  ...unbuiltAll('appeal', 'enhanced_evidence'),
});

/** Disputes a paid charge, if its test card asks for that. */
export function disputeAsTested(unit: Unit, id: string): void {
  const method = unit.find('payment_method', unit.need('charge', id).payment_method);
  if (method === undefined) return;
  const { disputes = [], warns = false } = testCard(method.hidden.card);
  for (const kind of disputes) openDispute(unit, unit.need('charge', id), kind);
  if (warns) warnOfFraud(unit, unit.need('charge', id));
}

/**
 * Disputes a payment as the customer's bank would.
 * @param id of a payment intent, or of a charge
 * @throws Problem there is no such payment, it took no money, or it is disputed already
 */
export function disputePayment(unit: Unit, id: string, kind: DisputeKind): Stripe.Dispute {
  const intent = unit.find('payment_intent', id);
  const charge = unit.find('charge', intent === undefined ? id : idOf(intent.latest_charge));
  if (charge === undefined) throw missing('payment', id, 'id', 404);
  if (!charge.captured || charge.status !== 'succeeded') throw invalid('This payment took no money to dispute.');
  if (charge.disputed) throw invalid('This payment is disputed already.');
  openDispute(unit, charge, kind);
  return unit.all('dispute', 'charge', charge.id).at(-1) as Stripe.Dispute;
}

/** An inquiry asks first, a dispute takes the money at once. */
function openDispute(unit: Unit, charge: Stripe.Charge, kind: DisputeKind): void {
  const inquiry = kind === 'inquiry';
  const id = newId('dp');
  const withdrawal = inquiry ? undefined : withdraw(unit, id, charge);
  unit.update('charge', charge.id, { disputed: true }, []);
  endWarnings(unit, charge.id);
  unit.insert('dispute', {
    id,
    object: 'dispute',
    amount: charge.amount,
    balance_transactions: withdrawal === undefined ? [] : [withdrawal],
    charge: charge.id,
    created: unit.now,
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: {
      ...(Object.fromEntries(EVIDENCE.map((name) => [name, null])) as Record<EvidenceName, null>),
      customer_email_address: charge.billing_details.email,
      customer_name: charge.billing_details.name,
      enhanced_evidence: {},
    },
    evidence_details: {
      due_by: unit.now + DUE_AFTER_SECONDS,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: inquiry,
    livemode: false,
    metadata: {},
    payment_intent: idOf(charge.payment_intent),
    payment_method_details: {
      card: {
        brand: charge.payment_method_details?.card?.brand ?? 'visa',
        network: charge.payment_method_details?.card?.network ?? 'visa',
        case_type: inquiry ? 'inquiry' : 'chargeback',
        network_reason_code: '10.4',
      },
      type: 'card',
    },
    reason: inquiry ? 'fraudulent' : kind,
    status: inquiry ? 'warning_needs_response' : 'needs_response',
  });
  if (!inquiry) unit.emit('charge.dispute.funds_withdrawn', 'dispute', id);
}

function withdraw(unit: Unit, id: string, charge: Stripe.Charge): Stripe.BalanceTransaction {
  return unit.need(
    'balance_transaction',
    moveMoney(unit, {
      amount: -charge.amount,
      currency: charge.currency,
      type: 'adjustment',
      source: id,
      description: `Chargeback withdrawal for ${charge.id}`,
      fee: FEE,
    }),
  );
}

/** The bank decides, or the merchant gives up: `charge.dispute.closed`, and won money comes back. */
function close(unit: Unit, row: Stripe.Dispute, status: 'lost' | 'warning_closed' | 'won'): void {
  unit.update('dispute', row.id, { status }, []);
  if (status === 'won') {
    const back = moveMoney(unit, {
      amount: row.amount,
      currency: row.currency,
      type: 'adjustment',
      source: row.id,
      description: `Chargeback reversal for ${idOf(row.charge)}`,
      fee: -FEE,
    });
    const transactions = [...row.balance_transactions, unit.need('balance_transaction', back)];
    unit.update('dispute', row.id, { balance_transactions: transactions }, []);
  }
  unit.emit('charge.dispute.closed', 'dispute', row.id);
  if (status === 'won') unit.emit('charge.dispute.funds_reinstated', 'dispute', row.id);
}

/** The evidence texts with which a test chooses the outcome (https://docs.stripe.com/testing#disputes). */
const DECIDED: Readonly<Record<string, 'lost' | 'won'>> = { winning_evidence: 'won', losing_evidence: 'lost' };

export const disputeOperations: readonly Operation[] = [
  retrieveOperation('/v1/disputes', 'dispute'),
  operation(
    'POST /v1/disputes/:id',
    { evidence: evidenceParam, metadata: metadata(), submit: flag(), ...unbuiltAll('intended_submission_method') },
    ({ unit, at, params }) => {
      const row = unit.need('dispute', at.id ?? '');
      if (params.evidence !== undefined && !OPEN.has(row.status)) throw ended();
      const evidence = { ...row.evidence, ...given(params.evidence ?? {}) };
      const submitted = params.evidence !== undefined && params.submit !== false;
      const details = row.evidence_details;
      const patch: Partial<Stripe.Dispute> = {
        ...given({
          metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
        }),
        ...(params.evidence === undefined ? {} : { evidence, evidence_details: { ...details, has_evidence: true } }),
      };
      if (submitted) {
        patch.status = row.status === 'needs_response' ? 'under_review' : 'warning_under_review';
        patch.evidence_details = {
          ...details,
          has_evidence: true,
          submission_count: details.submission_count + 1,
          submission_method: 'manual',
        };
      }
      const updated = unit.update('dispute', row.id, patch);
      const verdict = DECIDED[evidence.uncategorized_text ?? ''];
      if (submitted && verdict !== undefined) {
        const inquiry = row.status.startsWith('warning');
        unit.later((after) => close(after, after.need('dispute', row.id), inquiry ? 'warning_closed' : verdict));
      }
      return unit.view('dispute', updated);
    },
  ),
  operation('POST /v1/disputes/:id/close', {}, ({ unit, at }) => {
    const row = unit.need('dispute', at.id ?? '');
    if (!OPEN.has(row.status)) throw ended();
    close(unit, row, row.status === 'needs_response' ? 'lost' : 'warning_closed');
    return unit.show('dispute', row.id);
  }),
  listOperation('/v1/disputes', {
    type: 'dispute',
    filters: {
      charge: { param: text(), field: 'charge' },
      created: range('created'),
      payment_intent: { param: text(), field: 'payment_intent' },
    },
  }),
];

const ended = (): Error => invalid('This dispute is already closed.', undefined, 'dispute_already_closed');

import type { Unit } from '../../state/unit.js';
import { moveMoney } from '../balance-transaction/operations.js';
import type Stripe from 'stripe';

export interface ReceivedCharge {
  id: string;
  amount: number;
  applicationFee: number;
  availableOn: number;
  currency: string;
  transfer: string;
}

/** What a transfer is in the account that gets it: a payment. Events about it were not found in Stripe's lists. */
export function receiveCharge(there: Unit, sent: ReceivedCharge): void {
  const { id, amount, currency, applicationFee, availableOn } = sent;
  const moved = { amount, currency, type: 'payment' as const, source: id, description: null };
  const row: Stripe.Charge = {
    ...NOBODYS,
    id,
    object: 'charge',
    amount,
    amount_captured: amount,
    amount_refunded: 0,
    application_fee_amount: applicationFee === 0 ? null : applicationFee,
    balance_transaction: moveMoney(there, { ...moved, fee: 0, applicationFee, availableOn }),
    captured: true,
    created: there.now,
    currency,
    paid: true,
    source_transfer: sent.transfer,
    status: 'succeeded',
  };
  there.insert('charge', row, []);
}

/** What a charge has that no customer pays. */
const NOBODYS = {
  application: null,
  application_fee: null,
  billing_details: {
    address: { city: null, country: null, line1: null, line2: null, postal_code: null, state: null },
    email: null,
    name: null,
    phone: null,
    tax_id: null,
  },
  calculated_statement_descriptor: null,
  customer: null,
  description: null,
  disputed: false,
  failure_balance_transaction: null,
  failure_code: null,
  failure_message: null,
  fraud_details: {},
  livemode: false,
  metadata: {},
  on_behalf_of: null,
  outcome: null,
  payment_intent: null,
  payment_method: null,
  payment_method_details: null,
  receipt_email: null,
  receipt_number: null,
  receipt_url: null,
  refunded: false,
  review: null,
  shipping: null,
  source: null,
  statement_descriptor: null,
  statement_descriptor_suffix: null,
  transfer_data: null,
  transfer_group: null,
} as const;

import { newId, randomText } from '../../state/id.js';
import type { PaymentIntentRow } from './row.js';
import type { Unit } from '../../state/unit.js';

export interface NewPayment {
  amount: number;
  currency: string;
  customer?: string | null;
  description?: string | null;
  metadata?: Record<string, string>;
  paymentMethod?: string | null;
  patch?: Partial<PaymentIntentRow>;
}

/** The options of every payment until others are sent. */
export const CARD_OPTIONS: NonNullable<PaymentIntentRow['payment_method_options']> = {
  card: {
    installments: null,
    mandate_options: null,
    network: null,
    request_three_d_secure: 'automatic',
  },
};

/** `payment_intent.created`. */
export function newPayment(unit: Unit, sent: NewPayment): PaymentIntentRow {
  const id = newId('pi');
  return unit.insert('payment_intent', {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount: sent.amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic',
    client_secret: `${id}_secret_${randomText(25)}`,
    confirmation_method: 'automatic',
    created: unit.now,
    currency: sent.currency,
    customer: sent.customer ?? null,
    customer_account: null,
    description: sent.description ?? null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: sent.metadata ?? {},
    next_action: null,
    on_behalf_of: null,
    payment_method: sent.paymentMethod ?? null,
    payment_method_configuration_details: null,
    payment_method_options: CARD_OPTIONS,
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: sent.paymentMethod ? 'requires_confirmation' : 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
    hidden: { invoice: null, error_on_requires_action: false },
    ...sent.patch,
  });
}

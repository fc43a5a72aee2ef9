/** What the command can trigger besides billing, and what the event's object must say. */
export const OTHER_TRIGGERS: readonly (readonly [trigger: string, payload: object])[] = [
  ['identity.verification_session.canceled', { status: 'canceled', type: 'document' }],
  ['identity.verification_session.created', { status: 'requires_input', type: 'document' }],
  ['identity.verification_session.redacted', { status: 'canceled', redaction: { status: 'redacted' } }],
  ['payout.created', { status: 'pending', amount: 1100, currency: 'usd', description: '(created by Stripe CLI)' }],
  ['payout.updated', { status: 'pending', amount: 1100, metadata: { foo: 'bar' } }],
  ['reporting.report_run.succeeded', { status: 'succeeded', report_type: 'balance.summary.1' }],
  ['topup.created', { status: 'pending', amount: 2000, currency: 'usd' }],
  ['transfer.created', { amount: 1000, currency: 'usd', amount_reversed: 0, reversed: false }],
  ['transfer.reversed', { amount: 1000, amount_reversed: 100, reversed: false }],
  ['transfer.updated', { amount: 1000, metadata: { foo: 'bar' } }],
];

/** They end well, but their event is not one of this account's: it is the connected account's, or is not made here. */
export const WITHOUT_EVENT: readonly string[] = [
  'account.application.deauthorized',
  'account.updated',
  'balance.available',
];

/** Refused, since the emulator does not have what they need: Issuing, and cash balances. */
export const REFUSED_TRIGGERS: readonly string[] = [
  'cash_balance.funds_available',
  'customer_cash_balance_transaction.created',
  'issuing_authorization.request',
  'issuing_authorization.request.eu',
  'issuing_authorization.request.gb',
  'issuing_card.created',
  'issuing_card.created.eu',
  'issuing_card.created.gb',
  'issuing_cardholder.created',
  'issuing_cardholder.created.eu',
  'issuing_cardholder.created.gb',
  'issuing_transaction.created',
  'issuing_transaction.purchase_details_receipt_updated',
  'issuing_transaction.updated',
  'payment_intent.partially_funded',
];

/** The command sends these to a host of Stripe's own, whatever its options say. */
export const ELSEWHERE: readonly string[] = [
  'v1.billing.meter.error_report_triggered',
  'v1.billing.meter.no_meter_found',
];

import { invalid } from '../../api/problem.js';

/** A payment method that is local to some countries: what the payer does to pay, and what can be done with it later. */
export interface LocalMethod {
  /** As payers know it. */
  title: string;
  /** The field of `next_action` that says what the payer does next. */
  shows:
    | 'alipay_handle_redirect'
    | 'blik_authorize'
    | 'boleto_display_details'
    | 'oxxo_display_details'
    | 'promptpay_display_qr_code'
    | 'redirect_to_url'
    | 'verify_with_microdeposits'
    | 'wechat_pay_display_qr_code';
  /** What must be known of the payer when the payment is confirmed. */
  needs: readonly ('address' | 'email' | 'name')[];
  /** What can be saved for later payments: the method itself, or a SEPA debit of the account that paid. */
  saves?: 'itself' | 'sepa_debit';
  /** The money can be authorized first and captured later. */
  captures?: true;
  /** There is no way to pay back. */
  unrefundable?: true;
}

/**
 * What the SDK's types say of `next_action` and `setup_future_usage`, and what Stripe's page about each method says of the
 * payer's details, refunds and captures (https://docs.stripe.com/payments/payment-methods/overview).
 */
const LOCAL: Readonly<Record<string, LocalMethod>> = {
  acss_debit: {
    title: 'Pre-authorized debit in Canada',
    shows: 'verify_with_microdeposits',
    needs: ['email', 'name'],
    saves: 'itself',
  },
  afterpay_clearpay: {
    title: 'Afterpay',
    shows: 'redirect_to_url',
    needs: ['address', 'email', 'name'],
    captures: true,
  },
  alipay: { title: 'Alipay', shows: 'alipay_handle_redirect', needs: [], saves: 'itself' },
  bancontact: { title: 'Bancontact', shows: 'redirect_to_url', needs: ['name'], saves: 'sepa_debit' },
  blik: { title: 'BLIK', shows: 'blik_authorize', needs: [], saves: 'itself' },
  boleto: {
    title: 'Boleto',
    shows: 'boleto_display_details',
    needs: ['address', 'email', 'name'],
    saves: 'itself',
    unrefundable: true,
  },
  eps: { title: 'EPS', shows: 'redirect_to_url', needs: ['name'] },
  giropay: { title: 'giropay', shows: 'redirect_to_url', needs: ['name'] },
  ideal: { title: 'iDEAL', shows: 'redirect_to_url', needs: [], saves: 'sepa_debit' },
  oxxo: { title: 'OXXO', shows: 'oxxo_display_details', needs: ['email', 'name'], unrefundable: true },
  p24: { title: 'Przelewy24', shows: 'redirect_to_url', needs: ['email'] },
  promptpay: { title: 'PromptPay', shows: 'promptpay_display_qr_code', needs: ['email'] },
  wechat_pay: { title: 'WeChat Pay', shows: 'wechat_pay_display_qr_code', needs: [] },
};

export const LOCAL_TYPES: readonly string[] = Object.keys(LOCAL);

/** Undefined for cards and for debits that need no step of the payer. */
export const localMethod = (type: string): LocalMethod | undefined =>
  Object.hasOwn(LOCAL, type) ? LOCAL[type] : undefined;

/** @throws Problem for a method that pays once and cannot belong to a customer. The exact words were not found. */
export function checkSavable(type: string, param: string): void {
  const local = localMethod(type);
  if (local === undefined || local.saves === 'itself') return;
  throw invalid(
    `A payment method of type \`${type}\` can be used once and cannot be attached to a customer.`,
    param,
    'payment_method_not_available',
  );
}

import type Stripe from 'stripe';
import { invalid } from '../../api/problem.js';
import { newId } from '../../state/id.js';
import type { Unit } from '../../state/unit.js';
import type { LocalMethod } from '../payment-method/local.js';
import type { PaymentMethodRow } from '../payment-method/row.js';
import type { Attempt } from './attempt-options.js';
import { vouchersEnd } from './voucher.js';

type NextAction = Stripe.PaymentIntent.NextAction;

/** What the page has to do for a card: Stripe.js takes the challenge over, or the customer is sent to an address. */
export function nextAction({ store }: Unit, secret: string | null, attempt: Attempt): NextAction {
  if (attempt.useStripeSdk !== true && attempt.returnUrl !== undefined) {
    return {
      type: 'redirect_to_url',
      redirect_to_url: {
        return_url: attempt.returnUrl,
        url: `${store.origin}/3d_secure/${secret ?? ''}`,
      },
    };
  }
  return {
    type: 'use_stripe_sdk',
    use_stripe_sdk: { type: 'three_d_secure_redirect', source: newId('src') },
  };
}

/** The intent that a local method pays, or sets up. */
export interface AskedIntent {
  client_secret: string | null;
  payment_method_options: object | null;
}

const TWO_DAYS = 2 * 86_400;
/** A form of bank slips' numbers; no bank takes it. */
const BOLETO_NUMBER = '01010101010101010101010101010101010101010101010';
const OXXO_NUMBER = '12345678901234657890123456789012';

/**
 * What the payer has to do for a local method (the SDK's type `PaymentIntent.NextAction`). Every address leads to the page of
 * this emulator where the payer approves or refuses.
 */
export function localAction(
  unit: Unit,
  intent: AskedIntent,
  method: PaymentMethodRow,
  { shows, returnUrl }: Pick<LocalMethod, 'shows'> & Pick<Attempt, 'returnUrl'>,
): NextAction {
  const url = `${unit.store.origin}/redirect/${intent.client_secret ?? ''}`;
  const picture = `${unit.store.origin}/qr/${intent.client_secret ?? ''}`;
  const redirects = shows === 'redirect_to_url' || shows === 'alipay_handle_redirect';
  if (redirects && returnUrl === undefined) {
    throw invalid('Missing required param: return_url.', 'return_url', 'parameter_missing');
  }
  const qr = { data: url, hosted_instructions_url: url, image_url_png: picture, image_url_svg: picture };
  switch (shows) {
    case 'redirect_to_url':
      return { type: shows, redirect_to_url: { return_url: returnUrl ?? null, url } };
    case 'alipay_handle_redirect':
      return {
        type: shows,
        alipay_handle_redirect: { native_data: null, native_url: null, return_url: returnUrl ?? null, url },
      };
    case 'blik_authorize':
      return { type: shows, blik_authorize: {} };
    case 'boleto_display_details': {
      const expires_at = vouchersEnd(unit, intent, method);
      const details = { expires_at, hosted_voucher_url: url, number: BOLETO_NUMBER, pdf: `${url}/pdf` };
      return { type: shows, boleto_display_details: details };
    }
    case 'oxxo_display_details': {
      const expires_after = vouchersEnd(unit, intent, method);
      return { type: shows, oxxo_display_details: { expires_after, hosted_voucher_url: url, number: OXXO_NUMBER } };
    }
    case 'promptpay_display_qr_code':
      return { type: shows, promptpay_display_qr_code: qr };
    case 'wechat_pay_display_qr_code':
      return { type: shows, wechat_pay_display_qr_code: { ...qr, image_data_url: picture } };
    case 'verify_with_microdeposits':
      return {
        type: shows,
        verify_with_microdeposits: {
          arrival_date: unit.now + TWO_DAYS,
          hosted_verification_url: url,
          microdeposit_type: 'amounts',
        },
      };
    default:
      return shows satisfies never;
  }
}

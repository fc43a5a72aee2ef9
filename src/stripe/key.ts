import { LockstepError } from '../kernel/error.js';

const tooShort = /^(sk|rk)_(test|live)_[A-Za-z0-9_]{0,3}$/;
/** `sk_test_…` or a restricted `rk_test_…`, with `_live_` in live mode. Stripe requires at least this form. */
const pattern = /^(sk|rk)_(test|live)_[A-Za-z0-9_]{4,}$/;

/** Whether the key is for live mode. @throws stripe_key_missing, stripe_key_invalid (the message never has the key) */
export function livemodeOf(secretKey: string | undefined): boolean {
  if (secretKey === undefined || secretKey === '') {
    throw new LockstepError('stripe_key_missing', 'No Stripe key is configured', {
      hint: 'set STRIPE_SECRET_KEY (sk_test_… or sk_live_…)',
    });
  }
  if (tooShort.test(secretKey)) {
    throw new LockstepError('stripe_key_invalid', 'The configured Stripe key is too short', {
      hint: 'set STRIPE_SECRET_KEY to the whole key; at least 4 characters must follow sk_test_',
    });
  }
  const match = pattern.exec(secretKey);
  if (match === null) {
    throw new LockstepError('stripe_key_invalid', 'The configured Stripe key is not a secret key', {
      hint: 'STRIPE_SECRET_KEY must look like sk_test_…, sk_live_…, rk_test_… or rk_live_…; a pk_ key is for browsers',
    });
  }
  return match[2] === 'live';
}

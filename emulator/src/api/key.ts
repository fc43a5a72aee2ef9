import { Problem, invalid } from './problem.js';

export type KeyKind = 'secret' | 'publishable';

/** The caller: the key itself, and its kind. */
export interface ApiCaller {
  key: string;
  kind: KeyKind;
}

const TOO_SHORT = /^(sk|rk|pk)_test_[A-Za-z0-9_]{0,3}$/;
const KEY = /^(sk|rk|pk)_test_[A-Za-z0-9_]{4,250}$/;

/**
 * The caller, from the `Authorization` header (bearer or basic) or, for browsers, the `key` parameter.
 * Any well-formed test key belongs to this emulator's account; live keys are refused.
 * @throws Problem 401 in Stripe's words.
 */
export function callerOf(authorization: string | undefined, inParameters: string | undefined): ApiCaller {
  const key = keyOfHeader(authorization) ?? inParameters ?? '';
  if (key === '') {
    throw unauthorized(
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). " +
        'See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.',
    );
  }
  if (TOO_SHORT.test(key)) {
    throw unauthorized(
      `${invalidKey(key)}. The key is too short: at least 4 characters must follow ${key.slice(0, 8)}.`,
    );
  }
  if (!KEY.test(key)) throw unauthorized(invalidKey(key));
  return { key, kind: key.startsWith('pk_') ? 'publishable' : 'secret' };
}

export function secretRequired(): Problem {
  return invalid(
    'This API call cannot be made with a publishable API key. Please use a secret API key. ' +
      'You can find a list of your API keys at https://dashboard.stripe.com/account/apikeys.',
    undefined,
    'secret_key_required',
    401,
  );
}

/** Stripe answers pages of any origin. Here a page could be anybody's, and the key is not a secret. */
export function publishableRequired(): Problem {
  return invalid(
    'A page of another origin may ask this emulator only what Stripe.js asks, with a publishable API key. ' +
      'Make this API call from your server.',
    undefined,
    'publishable_key_required',
    403,
  );
}

const invalidKey = (key: string): string => `Invalid API Key provided: ${masked(key)}`;

const unauthorized = (message: string): Problem => invalid(message, undefined, undefined, 401);

/** The key of an `Authorization` header, bearer or basic. */
export function keyOfHeader(header: string | undefined): string | undefined {
  const match = header === undefined ? null : /^(bearer|basic)\s+(\S+)\s*$/i.exec(header);
  if (match === null) return undefined;
  const [, scheme = '', credentials = ''] = match;
  if (scheme.toLowerCase() === 'bearer') return credentials;
  return Buffer.from(credentials, 'base64').toString('utf8').split(':')[0];
}

/** As Stripe shows a key in its messages: the beginning and the last four letters. */
export const masked = (key: string): string =>
  key.length <= 12 ? '*'.repeat(key.length) : `${key.slice(0, 8)}${'*'.repeat(key.length - 12)}${key.slice(-4)}`;

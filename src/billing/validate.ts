import { LockstepError } from '../kernel/error.js';

/** Stripe's own limits: https://docs.stripe.com/metadata#data */
const METADATA = { keys: 50, key: 40, value: 500 } as const;
/** Lockstep uses two of the keys itself. */
const KEYS_MAX = METADATA.keys - 2;

/** Stripe's own limit: https://docs.stripe.com/api/prices/create#create_price-lookup_key */
export const LOOKUP_KEY_MAX = 200;
const ID_MAX = 255;

/**
 * Checks an id of a Stripe object. Users may choose the ids of plans, products, coupons, and customers, such as
 * `Pro plan $699/month`, so nearly every text is valid. It must be escaped in a path.
 * @throws request_invalid
 */
export function stripeId(id: string, what: string): string {
  const said = typeof id === 'string' ? id : '';
  if (said.trim() !== '' && [...said].length <= ID_MAX && isText(said) && !UNUSABLE.test(said)) return said;
  throw new LockstepError('request_invalid', `Not a valid ${what} ID`, {
    hint: `use the ID as Stripe shows it, 1 to ${ID_MAX} characters`,
  });
}

/** A control character, or `.` and `..`, which a URL treats as folders even if they are escaped. */
const UNUSABLE = /\p{Cc}|^\.{1,2}$/u;

/** @throws request_invalid more than Stripe allows, or a key that Lockstep uses itself */
export function checkMetadata(metadata: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const entries = Object.entries(metadata);
  const odd = entries.find(([key, value]) => !isText(key) || !isText(value));
  if (odd !== undefined) {
    throw new LockstepError('request_invalid', `The metadata ${JSON.stringify(odd[0])} is not valid text`, {
      hint: 'use strings with no NUL and no unpaired surrogates',
    });
  }
  const tooLong = entries.find(([key, value]) => key.length > METADATA.key || value.length > METADATA.value);
  if (entries.length > KEYS_MAX || tooLong !== undefined) {
    throw new LockstepError('request_invalid', 'The metadata is larger than Stripe allows', {
      hint: `use at most ${KEYS_MAX} keys of ${METADATA.key} characters, with values of ${METADATA.value}`,
    });
  }
  const ours = entries.find(([key]) => key.startsWith('lockstep_') || /[[\]]/.test(key));
  if (ours !== undefined) {
    throw new LockstepError('request_invalid', `Invalid metadata key ${JSON.stringify(ours[0])}`, {
      hint: 'keys that start with lockstep_ are reserved, and Stripe allows no brackets',
    });
  }
  return metadata;
}

/** Whether PostgreSQL and Stripe accept the text: it has no NUL and no unpaired surrogate. */
export function isText(value: unknown): boolean {
  return typeof value === 'string' && !/[\0\p{Cs}]/u.test(value);
}

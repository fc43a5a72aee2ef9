import { LockstepError } from '../kernel/error.js';

/** Stripe's own limits: https://docs.stripe.com/metadata#data */
const METADATA = { keys: 50, key: 40, value: 500 } as const;
/** Two keys are ours. */
const KEYS_MAX = METADATA.keys - 2;

/** An id as Stripe makes them, safe in a path. @throws request_invalid */
export function stripeId(id: string, what: string): string {
  if (/^[A-Za-z0-9_-][\w.:-]{0,254}$/.test(id)) return id;
  throw new LockstepError('request_invalid', `this is not the id of a ${what}`, {
    hint: `use the id as Stripe shows it`,
  });
}

/** @throws request_invalid more than Stripe keeps, or a name that is ours */
export function checkMetadata(metadata: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const entries = Object.entries(metadata);
  const odd = entries.find(([key, value]) => !isText(key) || !isText(value));
  if (odd !== undefined) {
    throw new LockstepError('request_invalid', `the metadata ${JSON.stringify(odd[0])} is no text that can be sent`, {
      hint: 'use strings, without NUL and without halves of letters',
    });
  }
  const tooLong = entries.find(([key, value]) => key.length > METADATA.key || value.length > METADATA.value);
  if (entries.length > KEYS_MAX || tooLong !== undefined) {
    throw new LockstepError('request_invalid', 'the metadata is larger than Stripe keeps', {
      hint: `at most ${KEYS_MAX} keys of ${METADATA.key} characters, with values of ${METADATA.value}`,
    });
  }
  const ours = entries.find(([key]) => key.startsWith('lockstep_') || /[[\]]/.test(key));
  if (ours !== undefined) {
    throw new LockstepError('request_invalid', `metadata cannot be named ${JSON.stringify(ours[0])}`, {
      hint: 'names that begin with lockstep_ are kept for Lockstep, and Stripe takes no brackets',
    });
  }
  return metadata;
}

/** Text that PostgreSQL and Stripe can take: a NUL the one refuses, and half a surrogate pair no one can encode. */
export function isText(value: unknown): boolean {
  return typeof value === 'string' && !/[\0\p{Cs}]/u.test(value);
}

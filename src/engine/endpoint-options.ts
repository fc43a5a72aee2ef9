import * as v from 'valibot';
import type { ChangeEndpoint } from '../hooks/endpoints/endpoint-hooks.js';
import { refuseType } from '../hooks/registry.js';
import { LockstepError } from '../kernel/error.js';
import { SECRET } from './alert-options.js';

/** An endpoint that proven changes are sent to, as signed webhooks. */
export const EndpointOptions = v.pipe(
  v.strictObject({
    /** Its messages are stored under this name, so it must never change. */
    name: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9_-]{0,49}$/, 'must be lower-case letters, digits, - and _')),
    /** `https://…`, or `http://…` with `allowPrivate`. */
    url: v.pipe(
      v.string(),
      v.check(
        isAddress,
        'must be a URL with http or https and no user and password, such as https://app.example.com/changes',
      ),
    ),
    /** What messages are signed with, by the Standard Webhooks scheme: `whsec_` and 24 to 64 bytes in base64. */
    secret: v.pipe(
      v.string(),
      v.regex(SECRET, 'must be whsec_ and 24 to 64 bytes in base64: make it with openssl rand -base64 32'),
    ),
    /** Object types, such as `subscription`. */
    types: v.pipe(v.array(v.string()), v.minLength(1, 'must name at least one object type')),
    /** Whether it may be on this machine or in a private network. Default false. */
    allowPrivate: v.optional(v.boolean(), false),
    /** How long it may take to answer, in milliseconds, 100 to 60,000. Default 15,000. */
    timeoutMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(60_000)), 15_000),
    /** Whether objects that are older than the endpoint are sent when they are first seen. Default false. */
    backfill: v.optional(v.boolean(), false),
  }),
  v.check(
    ({ url, allowPrivate }) => allowPrivate || url.startsWith('https://'),
    'must begin with https://; http:// needs allowPrivate',
  ),
);

/** @throws option_invalid a type has no changes, or a name or a type is there twice */
export function checkEndpoints(endpoints: readonly ChangeEndpoint[]): void {
  for (const { types } of endpoints) types.forEach(refuseType);
  refuseTwice(endpoints.map(({ name }) => name));
  for (const { types } of endpoints) refuseTwice(types);
}

function refuseTwice(words: readonly string[]): void {
  const twice = words.find((word, index) => words.indexOf(word) !== index);
  if (twice === undefined) return;
  throw new LockstepError('option_invalid', `Invalid option endpoints: ${twice} is there twice`, {
    hint: 'name each endpoint, and each of its types, once',
  });
}

function isAddress(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || url.protocol === 'http:';
}

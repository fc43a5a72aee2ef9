import type { Verdict } from './oracle.js';
import { sdkSignature } from './oracle.js';
import type { Delivery } from './ours.js';

export type Pair = `${Verdict} / ${'accepts' | 'refuses'}`;

/** Where we answer otherwise than the official SDK, on purpose. */
export interface KnownDifference {
  name: string;
  reason: string;
  /** Whether a delivery has what the difference is about. Read off the delivery alone, without our code or the SDK's. */
  applies: (delivery: Delivery) => boolean;
  /** The verdicts it explains: the SDK's / ours. */
  pairs: readonly Pair[];
  /** A delivery that shows it, and the verdicts it must get. */
  example: { delivery: Delivery; pair: Pair };
}

const SECRET = 'whsec_knowndifferences0123456789';
const AT = 1_790_000_000;
const TEXT = '{"object":"event"}';
const OTHER = '0'.repeat(64);
const sign = (time: string | number = AT, text = TEXT): string => sdkSignature(String(time), text, SECRET);
const delivered = (header: string, more: Partial<Delivery> = {}): Delivery => ({
  body: Buffer.from(TEXT),
  secrets: [SECRET],
  now: new Date(AT * 1_000),
  header,
  ...more,
});

export const knownDifferences: readonly KnownDifference[] = [
  {
    name: 'a time in the future',
    reason:
      'The SDK looks only for signatures that are too old. A stolen signature dated ahead would be good for as long; we are two-sided.',
    applies: ({ header, now }) => sdkTime(header) - now.getTime() / 1_000 > 300,
    pairs: ['accepts / refuses'],
    example: { delivery: delivered(`t=${AT + 301},v1=${sign(AT + 301)}`), pair: 'accepts / refuses' },
  },
  {
    name: 'a fraction of a second past the tolerance',
    reason: 'The SDK cuts our time down to whole seconds first, we compare it as it is: 300.5 s is more than 300 s.',
    applies: ({ header, now }) => {
      const age = now.getTime() / 1_000 - sdkTime(header);
      return age > 300 && age < 301;
    },
    pairs: ['accepts / refuses'],
    example: {
      delivery: delivered(`t=${AT},v1=${sign()}`, { now: new Date((AT + 300) * 1_000 + 500) }),
      pair: 'accepts / refuses',
    },
  },
  {
    name: 'an empty v1',
    reason:
      'The SDK throws a plain Error instead of its signature error, also where another v1 is right. To us it is one more wrong signature.',
    applies: ({ header }) => parts(header).some(([scheme, value = '']) => scheme === 'v1' && value === ''),
    pairs: ['throws / refuses', 'throws / accepts'],
    example: { delivery: delivered(`t=${AT},v1=,v1=${sign()}`), pair: 'throws / accepts' },
  },
  {
    name: 'a v1 of 64 characters that are not ASCII',
    reason:
      'The SDK compares lengths in characters and then bytes of unequal length, which throws a RangeError. To us it is one more wrong signature.',
    applies: ({ header }) =>
      parts(header).some(
        ([scheme, value = '']) => scheme === 'v1' && value.length === 64 && Buffer.byteLength(value) !== 64,
      ),
    pairs: ['throws / refuses', 'throws / accepts'],
    example: { delivery: delivered(`t=${AT},v1=${'é'.repeat(64)}`), pair: 'throws / refuses' },
  },
  {
    name: 'white space around a scheme or a value',
    reason:
      'Proxies that join headers write ", ". The SDK then sees a scheme " v1" and ignores it; we trim. What is signed stays the same.',
    applies: ({ header }) =>
      parts(header).some(
        ([scheme, value = '']) => isOurs(scheme) && (scheme !== scheme.trim() || value !== value.trim()),
      ),
    pairs: ['refuses / accepts', 'accepts / refuses', 'throws / accepts'],
    example: { delivery: delivered(`t=${AT}, v1=${sign()}`), pair: 'refuses / accepts' },
  },
  {
    name: 'a time that is not 1 to 12 digits',
    reason:
      'The SDK reads as far as it finds digits ("12abc" is 12) and signs what it read, even NaN, which is never too old. We take plain digits alone and ignore the rest.',
    applies: ({ header }) =>
      parts(header).some(([scheme, value = '']) => scheme.trim() === 't' && !/^\d{1,12}$/.test(value.trim())),
    pairs: ['accepts / refuses', 'refuses / accepts', 'throws / accepts'],
    example: { delivery: delivered(`t=never,v1=${sign('NaN')}`), pair: 'accepts / refuses' },
  },
  {
    name: 'more behind a second equals sign',
    reason: 'The SDK drops it unseen, we compare the whole value.',
    applies: ({ header }) => parts(header).some(([scheme, ...values]) => isOurs(scheme) && values.length > 1),
    pairs: ['accepts / refuses', 'refuses / accepts', 'throws / accepts'],
    example: { delivery: delivered(`t=${AT},v1=${sign()}=more`), pair: 'accepts / refuses' },
  },
  {
    name: 'more than sixteen signatures',
    reason:
      'Stripe sends one for each secret that is valid, two at most. We bound the work done before anybody is known.',
    applies: ({ header }) =>
      parts(header).filter(([scheme, value = '']) => scheme.trim() === 'v1' && /^[0-9a-f]{64}$/.test(value.trim()))
        .length > 16,
    pairs: ['accepts / refuses'],
    example: {
      delivery: delivered(`t=${AT},${`v1=${OTHER},`.repeat(16)}v1=${sign()}`),
      pair: 'accepts / refuses',
    },
  },
  {
    name: 'a body that is not plain UTF-8',
    reason:
      'The SDK decodes the body and signs the text: a byte order mark is lost and a broken byte becomes U+FFFD. We sign the bytes that came.',
    applies: ({ body }) => !Buffer.from(new TextDecoder().decode(body)).equals(body),
    pairs: ['accepts / refuses', 'refuses / accepts', 'throws / accepts'],
    example: {
      delivery: delivered(`t=${AT},v1=${sign()}`, { body: Buffer.from(`\ufeff${TEXT}`) }),
      pair: 'accepts / refuses',
    },
  },
];

/** The header cut up at every comma and every equals sign. */
function parts(header = ''): [string, ...string[]][] {
  return header.split(',').map((part) => part.split('=') as [string, ...string[]]);
}

function isOurs(scheme: string): boolean {
  return scheme.trim() === 't' || scheme.trim() === 'v1';
}

/** The last `t`, as far as it begins with digits; NaN where there is none. */
export function sdkTime(header: string | undefined): number {
  const [, value = ''] = parts(header).findLast(([scheme]) => scheme === 't') ?? [''];
  return parseInt(value, 10);
}

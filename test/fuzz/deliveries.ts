import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { sdkTime } from './known-differences.js';
import { sdkSignature } from './oracle.js';
import type { Delivery } from './ours.js';

/** Deliveries from perfectly signed to nonsense, most of them one step off the right path. */
export function deliveries(): fc.Arbitrary<Delivery> {
  return fc
    .record({ body: bodies, nowMs: nows, secrets: fc.array(secret, { minLength: 1, maxLength: 3 }), stranger: secret })
    .chain(({ body, nowMs, secrets, stranger }) => {
      const now = new Date(nowMs);
      const at = Math.floor(nowMs / 1_000);
      return fc
        .tuple(
          fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 2, arbitrary: bodies }),
          headers(at),
        )
        .map(([changed, pieces]) => ({
          header: pieces === undefined ? undefined : written(pieces, { body, secrets, stranger }),
          body: changed ?? body,
          ...{ secrets, now },
        }));
    });
}

const secret = fc.stringMatching(/^whsec_[A-Za-z0-9]{8,40}$/);

const bodies: fc.Arbitrary<Buffer> = fc
  .oneof(
    { weight: 4, arbitrary: fc.json().map((text) => Buffer.from(text)) },
    { weight: 2, arbitrary: fc.string({ unit: 'grapheme' }).map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)) },
    { weight: 1, arbitrary: fc.json().map((text) => Buffer.from(`\ufeff${text}`)) },
  )
  .filter((body) => body.length > 0);

const nows = fc.oneof(
  fc.integer({ min: 1_700_000_000, max: 1_900_000_000 }).map((seconds) => seconds * 1_000),
  fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 }),
);

/** One piece of a header; a signature is not made before the whole header is known. */
type Piece =
  | { time: string; scheme: string }
  | { signature: 'right' | 'stranger' | 'raw bytes' | 'other time'; of: number; scheme: string; shape: Shape }
  | { text: string };
type Shape = (typeof shapes)[number];

const shapes = ['plain', 'upper', 'short', 'long', 'twice', 'spaced', 'equals', 'empty', 'accents'] as const;
const schemes = fc.oneof(
  { weight: 12, arbitrary: fc.constant('v1') },
  { weight: 3, arbitrary: fc.constantFrom('v0', 'v2', 'V1', ' v1', 'v1 ', '\tv1', 'v11', '', '__proto__') },
);

function headers(at: number): fc.Arbitrary<readonly Piece[] | undefined> {
  const near = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: -299, max: 299 }) },
    { weight: 3, arbitrary: fc.constantFrom(-302, -301, -300, 300, 301, 302) },
    { weight: 2, arbitrary: fc.integer({ min: -100_000_000, max: 100_000_000 }) },
  );
  const goodTime = near.map((offset) => String(at + offset));
  const strangeTime = fc.oneof(
    goodTime.chain((time) =>
      fc.constantFrom(`${time}x`, `+${time}`, `-${time}`, ` ${time}`, `${time} `, `${time}.9`, `0${time}`, `${time}=1`),
    ),
    fc.constantFrom('', '0', '-1', 'NaN', '1e9', '0x10', '٣', '9'.repeat(12), '9'.repeat(13), '9'.repeat(30), 'never'),
    fc.string({ unit: 'binary', maxLength: 14 }),
  );
  const time = fc.record({
    time: fc.oneof({ weight: 8, arbitrary: goodTime }, { weight: 3, arbitrary: strangeTime }),
    scheme: fc.oneof(
      { weight: 14, arbitrary: fc.constant('t') },
      { weight: 1, arbitrary: fc.constantFrom(' t', 'T', 't ') },
    ),
  });
  const signature = fc.record({
    signature: fc.oneof(
      { weight: 6, arbitrary: fc.constant('right' as const) },
      { weight: 4, arbitrary: fc.constantFrom('stranger' as const, 'raw bytes' as const, 'other time' as const) },
    ),
    of: fc.nat({ max: 2 }),
    scheme: schemes,
    shape: fc.oneof(
      { weight: 10, arbitrary: fc.constant('plain' as const) },
      { weight: 5, arbitrary: fc.constantFrom(...shapes) },
    ),
  });
  const text = fc.oneof(
    fc.constantFrom('', '=', ',', 'v1', 't', 'v1=', 't=', '==', '\u0000', 'v1=\u2028'),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );
  const noise = fc.array(
    fc.oneof(
      time,
      signature,
      text.map((each) => ({ text: each })),
    ),
    { maxLength: 3 },
  );
  const many = fc.tuple(fc.integer({ min: 14, max: 20 }), signature).map(([n, one]) => Array<Piece>(n).fill(one));
  const strangers = fc
    .integer({ min: 14, max: 18 })
    .map((n) => Array<Piece>(n).fill({ signature: 'stranger', of: 0, scheme: 'v1', shape: 'plain' }));
  return fc.oneof(
    { weight: 6, arbitrary: fc.tuple(time, signature) },
    { weight: 6, arbitrary: fc.tuple(time, signature, noise).map(([a, b, c]) => [a, ...c, b]) },
    { weight: 4, arbitrary: fc.tuple(time, noise, signature, noise).map(([a, b, c, d]) => [...b, a, c, ...d]) },
    { weight: 2, arbitrary: noise },
    { weight: 1, arbitrary: fc.tuple(time, many).map(([a, b]) => [a, ...b]) },
    { weight: 1, arbitrary: fc.tuple(time, strangers, signature).map(([a, b, c]) => [a, ...b, c]) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}

interface Signing {
  body: Buffer;
  secrets: readonly string[];
  stranger: string;
}

function written(pieces: readonly Piece[], signing: Signing): string {
  const unsigned = pieces.map((piece) =>
    'time' in piece ? `${piece.scheme}=${piece.time}` : 'text' in piece ? piece.text : '',
  );
  const time = sdkTime(unsigned.join(','));
  return pieces
    .map((piece, index) => ('signature' in piece ? signed(piece, time, signing) : unsigned[index]))
    .join(',');
}

function signed(
  piece: Extract<Piece, { signature: string }>,
  time: number,
  { body, secrets, stranger }: Signing,
): string {
  const secret = piece.signature === 'stranger' ? stranger : (secrets[piece.of % secrets.length] as string);
  const said = piece.signature === 'other time' ? time + 1 : time;
  const hex =
    piece.signature === 'raw bytes'
      ? createHmac('sha256', secret).update(`${said}.`).update(body).digest('hex')
      : sdkSignature(String(said), new TextDecoder().decode(body), secret);
  return `${piece.scheme}=${shaped(hex, piece.shape)}`;
}

function shaped(hex: string, shape: Shape): string {
  switch (shape) {
    case 'plain':
      return hex;
    case 'upper':
      return hex.toUpperCase();
    case 'short':
      return hex.slice(0, -1);
    case 'long':
      return `${hex}0`;
    case 'twice':
      return `${hex},v1=${hex}`;
    case 'spaced':
      return ` ${hex} `;
    case 'equals':
      return `${hex}=${hex}`;
    case 'empty':
      return '';
    case 'accents':
      return `é${hex.slice(1)}`;
    default:
      return shape satisfies never;
  }
}

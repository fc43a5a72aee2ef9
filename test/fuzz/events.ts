import * as fc from 'fast-check';
import { secretNameOf, secretNames, typesWithSecrets } from './secrets.js';

const PLANTED = 'a planted secret';

/**
 * Bodies as they may arrive behind a right signature: events of Stripe, events with any field of another type, with
 * hostile keys and strings, with secrets in any place, cut off, or no events at all.
 */
export function eventBodies(): fc.Arbitrary<Buffer> {
  return fc.oneof(
    { weight: 10, arbitrary: texts.map((text) => Buffer.from(text)) },
    {
      weight: 3,
      arbitrary: fc.tuple(texts, fc.double({ min: 0, max: 1, noNaN: true })).map(([text, part]) => cut(text, part)),
    },
    { weight: 3, arbitrary: fc.tuple(texts, fc.nat(), fc.string({ unit: 'binary', maxLength: 3 })).map(spliced) },
    { weight: 1, arbitrary: fc.json({ maxDepth: 4 }).map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constantFrom('[', '{"a":'), fc.integer({ min: 1, max: 50_000 })).map(unclosed),
    },
  );
}

const hostileKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'length',
  '',
  '\u0000',
  '\ud800',
  'a\\u0000',
];
const hostileStrings = [
  '\u0000',
  'a\u0000b',
  '\\u0000',
  '\\\u0000',
  '\ud800',
  '\udc00\ud800',
  '😀',
  '\u2028',
  '\ufeff',
  '\ufffe',
  '"',
  '\\',
  "'; drop table x; --",
  '$1',
  '{}',
  '\t\n',
];

const strings = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'grapheme', maxLength: 30 }) },
  { weight: 2, arbitrary: fc.constantFrom(...hostileStrings) },
  // Code units, so that halves of surrogate pairs stand alone.
  {
    weight: 2,
    arbitrary: fc.array(fc.nat({ max: 0xffff }), { maxLength: 12 }).map((units) => String.fromCharCode(...units)),
  },
);
const keys = fc.oneof(
  { weight: 3, arbitrary: fc.string({ maxLength: 12 }) },
  { weight: 2, arbitrary: fc.constantFrom(...hostileKeys) },
);
const numbers = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, -1, 1.5, 2 ** 31, 2 ** 53, 2 ** 63, 1e300, 5e-324, 253_402_300_799, 253_402_300_800),
);

const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'value' },
    { weight: 6, arbitrary: fc.oneof(strings, numbers, fc.boolean(), fc.constant(null)) },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 4, depthIdentifier: 'value' }) },
    {
      weight: 2,
      arbitrary: fc.array(fc.tuple(keys, tie('value')), { maxLength: 4, depthIdentifier: 'value' }).map(objectOf),
    },
  ),
}));

const huge = fc.oneof(
  fc
    .constantFrom('x', '\u0000', '😀', '\ud800', '"')
    .map((unit) => unit.repeat(200_000 / Buffer.byteLength(JSON.stringify(unit)))),
  fc
    .integer({ min: 100, max: 10_000 })
    .map((n) => objectOf(Array.from({ length: n }, (_, index) => [`key_${index}`, index]))),
  fc.integer({ min: 100, max: 20_000 }).map((n) => Array.from({ length: n }, () => null)),
  fc.tuple(fc.integer({ min: 10, max: 500 }), values).map(([depth, inner]) => nested(depth, inner)),
);

const objectTypes = [
  'customer',
  'subscription',
  'invoice',
  ...typesWithSecrets,
  'payment_intent',
  'coupon',
  'discount',
  'tax_id',
  'entitlements.active_entitlement_summary',
  'balance',
  'new.thing',
  '__proto__',
  'constructor',
  'toString',
  '',
];

const apiObjects: fc.Arbitrary<Record<string, unknown>> = fc
  .record({
    object: fc.constantFrom(...objectTypes),
    id: fc.oneof(
      { weight: 4, arbitrary: fc.stringMatching(/^[a-z]{2,4}_[A-Za-z0-9]{1,24}$/) },
      { weight: 1, arbitrary: strings },
    ),
    created: fc.integer({ min: 0, max: 2_000_000_000 }),
    livemode: fc.boolean(),
    customer: fc.oneof(fc.constant('cus_1'), fc.constant({ id: 'cus_1', object: 'customer' }), values),
    metadata: fc.dictionary(keys, strings, { maxKeys: 4 }),
    items: fc.oneof(
      fc.record({ object: fc.constant('list'), data: fc.array(values, { maxLength: 3 }), has_more: fc.boolean() }),
      values,
    ),
  })
  .chain((object) =>
    fc.array(fc.tuple(keys, values), { maxLength: 3 }).map((more) => ({ ...object, ...objectOf(more) })),
  );

const texts: fc.Arbitrary<string> = fc
  .record({
    id: fc.oneof(
      { weight: 6, arbitrary: fc.stringMatching(/^evt_[A-Za-z0-9]{1,24}$/) },
      { weight: 1, arbitrary: strings },
    ),
    type: fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constantFrom('customer.updated', 'customer.deleted', 'invoice.created', 'new.thing', 'x.deleted'),
      },
      { weight: 1, arbitrary: strings },
    ),
    created: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 253_402_300_799 }) },
      { weight: 1, arbitrary: numbers },
    ),
    livemode: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    api_version: fc.oneof(fc.constantFrom(null, undefined, '2020-08-27', '2026-10-28.endive'), strings),
    account: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(undefined, null, 'acct_fuzz', 'acct_other') },
      { weight: 1, arbitrary: strings },
    ),
    object: apiObjects,
    previous: fc.oneof(fc.constant(undefined), fc.constant(null), fc.dictionary(keys, values, { maxKeys: 4 })),
    secrets: fc.array(
      fc.tuple(
        fc.constantFrom(...secretNames),
        fc.nat(),
        fc.constantFrom<unknown>(PLANTED, [PLANTED], { url: PLANTED }),
      ),
      { maxLength: 3 },
    ),
    wrong: fc.array(fc.tuple(fc.nat(), fc.oneof({ weight: 8, arbitrary: values }, { weight: 1, arbitrary: huge })), {
      maxLength: 2,
    }),
    indent: fc.constantFrom(0, 0, 2),
    escaped: fc.boolean(),
  })
  .map(({ object, previous, secrets, wrong, indent, escaped, ...head }) => {
    const whole = { ...head, object: 'event', data: { object, previous_attributes: previous }, request: null };
    const event = JSON.parse(JSON.stringify(whole)) as Record<string, unknown>; // nothing is shared between two runs
    for (const [at, value] of wrong) pick(placesIn(event), at)?.(value);
    const containers = containersIn(event);
    for (const [name, at, value] of secrets) own(pick(containers, at) as object, name, structuredClone(value));
    const data = isObject(event['data']) ? event['data']['object'] : undefined;
    const field = isObject(data) ? secretNameOf(data['object']) : undefined;
    if (field !== undefined) own(data as object, field, PLANTED);
    const text = JSON.stringify(event, undefined, indent);
    return escaped
      ? text.replaceAll('"client_secret"', '"client\\u005fsecret"').replaceAll('"id"', '"\\u0069d"')
      : text;
  });

/** Every field of the event, its data and its object: where a value of another type may stand. */
function placesIn(event: Record<string, unknown>): ((value: unknown) => void)[] {
  return framesOf(event).flatMap((frame) => Object.keys(frame).map((key) => (value) => own(frame, key, value)));
}

function framesOf(event: Record<string, unknown>): object[] {
  const data = isObject(event['data']) ? event['data'] : {};
  return [event, data, data['object'], data['previous_attributes']].filter(isObject);
}

/** Every object inside, however deep: where a secret may stand. */
function containersIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).slice(0, 50).flatMap(containersIn);
  return Array.isArray(value) ? inner : [value, ...inner];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function pick<T>(list: readonly T[], at: number): T | undefined {
  return list[at % Math.max(1, list.length)];
}

/** `__proto__` becomes a field like any other, as JSON has it. */
function own(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

function objectOf(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const object = {};
  for (const [key, value] of entries) own(object, key, value);
  return object;
}

function nested(depth: number, inner: unknown): unknown {
  let value = inner;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { inner: value };
  return value;
}

/** Cut in the middle of a character too. */
function cut(text: string, part: number): Buffer {
  const bytes = Buffer.from(text);
  return bytes.subarray(0, Math.floor(bytes.length * part));
}

function spliced([text, at, instead]: [string, number, string]): Buffer {
  const from = at % (text.length + 1);
  // No digits, which would make numbers beyond those of JavaScript.
  return Buffer.from(text.slice(0, from) + instead.replace(/\d/g, 'x') + text.slice(from + 1));
}

function unclosed([open, depth]: [string, number]): Buffer {
  return Buffer.from(open.repeat(depth));
}

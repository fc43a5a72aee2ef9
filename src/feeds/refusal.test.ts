import { expect, test } from 'vitest';
import { idsIn, signatureReason, type RefusalReason } from './refusal.js';

const now = new Date('2026-11-30T12:00:00Z');
const time = now.getTime() / 1_000;
const v1 = 'ab'.repeat(32);

test.each<[string, string | undefined, RefusalReason]>([
  ['no header', undefined, 'no_signature'],
  ['an empty header', '', 'no_signature'],
  ['a time alone', `t=${time}`, 'no_signature'],
  ['a signature without a time', `v1=${v1}`, 'no_signature'],
  ['a signature of another scheme', `t=${time},v0=${v1}`, 'no_signature'],
  ['a signature in time', `t=${time - 299},v1=${v1}`, 'wrong_signature'],
  ['a signature of a clock that is ahead', `t=${time + 301},v1=${v1}`, 'old_signature'],
  ['a signature that is sent again', `t=${time - 301},v1=${v1}`, 'old_signature'],
])('%s', (_, header, reason) => {
  expect(signatureReason(header, now)).toBe(reason);
});

const body = (value: unknown): Buffer => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

test('the ids that a body names are read without parsing it, if they look like those of Stripe', () => {
  const event = { id: 'evt_1', object: 'event', created: 1, data: { object: { id: 'cus_1', object: 'customer' } } };
  expect(idsIn(body(event))).toEqual({ eventId: 'evt_1', objectId: 'cus_1' });
  expect(idsIn(body(JSON.stringify(event, null, 2)))).toEqual({ eventId: 'evt_1', objectId: 'cus_1' });
  const nothing = { eventId: null, objectId: null };
  expect(idsIn(body(''))).toEqual(nothing);
  expect(idsIn(body('{"id":"evt_<script>"}'))).toEqual(nothing);
  expect(idsIn(body({ id: 'Ada Lovelace', data: { object: { id: 'ada@example.com' } } }))).toEqual(nothing);
  expect(idsIn(body({ id: `evt_${'1'.repeat(61)}` }))).toEqual(nothing);
  expect(idsIn(body({ note: 'x'.repeat(600), ...event }))).toEqual(nothing);
});

import { expect, test } from 'vitest';
import { FORBIDDEN, lightOf, type Light, type LightRecord, type SourceRecord, type TypeRecord } from './light.js';
import type { Sign } from './signs.js';

const NOW = Date.UTC(2026, 10, 30, 12);
/** So many seconds ago. */
const ago = (seconds: number): Date => new Date(NOW - seconds * 1_000);
const sign = (seconds: number, more: Partial<Sign> = {}): Sign => {
  const at = ago(seconds);
  return { at, since: at, position: null, count: 1, detail: null, ...more };
};
const DAY = 86_400;
const source: SourceRecord = {
  account: 'acct_1',
  livemode: false,
  boundAt: ago(10 * DAY),
  accepted: sign(30),
  polled: sign(20),
  answered: sign(10),
};
const type = (name: string, more: Partial<TypeRecord> = {}): TypeRecord => {
  const { account, livemode } = source;
  return { account, livemode, type: name, provenAt: ago(DAY), sweptAt: ago(DAY), note: null, ...more };
};
const well: LightRecord = {
  sources: [source],
  dirty: 0,
  waitingSince: null,
  dead: 0,
  deadSince: null,
  types: [type('customer'), type('price')],
  duties: { webhooks: true, pollEveryMs: 60_000, sweepEveryMs: 7 * DAY * 1_000 },
};
const light = (more: Partial<LightRecord>, ofSource: Partial<SourceRecord> = {}): Light =>
  lightOf({ ...well, sources: [{ ...source, ...ofSource }], ...more }, new Date(NOW));
const codes = (more: Partial<LightRecord>, ofSource: Partial<SourceRecord> = {}): string[] =>
  light(more, ofSource).reasons.map(({ code }) => code);

test('in step: everything was compared, nothing waits, and events arrive', () => {
  expect(light({})).toEqual({ state: 'in_step', since: null, reasons: [] });
});

const never = { provenAt: null, sweptAt: null };
const cases: [string, Partial<LightRecord>, Partial<SourceRecord>, Partial<Light['reasons'][number]>][] = [
  [
    'objects that wait: behind since the oldest of them',
    { dirty: 3, waitingSince: ago(5) },
    {},
    { code: 'objects_waiting', state: 'behind', since: ago(5), text: expect.stringContaining('3 objects wait') },
  ],
  [
    'objects that cannot be read: degraded',
    { dirty: 2, dead: 2, deadSince: ago(9) },
    {},
    { code: 'objects_unprovable', state: 'degraded', since: ago(9), text: expect.stringContaining('2 objects') },
  ],
  [
    'a pause of this process or another',
    { paused: sign(2, { since: ago(300), detail: 'many objects are missing' }) },
    {},
    { code: 'proving_paused', state: 'degraded', since: ago(300), text: expect.stringContaining('are missing') },
  ],
  [
    'a Stripe that does not answer: since it last did',
    {},
    { answered: sign(40), unanswered: sign(1, { detail: 'connection refused' }) },
    { code: 'stripe_unreachable', state: 'degraded', since: ago(40), text: expect.stringContaining('refused') },
  ],
  [
    'refused deliveries of which Stripe says that they were its own',
    { refused: sign(8) },
    { undelivered: sign(7, { detail: 'evt_9' }) },
    { code: 'webhooks_refused', state: 'degraded', since: ago(30), text: expect.stringContaining('evt_9') },
  ],
  [
    'refused deliveries before any was accepted: since the beginning',
    { refused: sign(8) },
    { accepted: undefined, undelivered: sign(7) },
    { code: 'webhooks_refused', state: 'degraded', since: source.boundAt },
  ],
  [
    'a key that may not read events',
    {},
    { pollFailed: sign(3, { detail: `${FORBIDDEN}no permission` }) },
    { code: 'events_forbidden', state: 'degraded', since: ago(20), text: expect.stringContaining('may not read') },
  ],
  [
    'events that cannot be read for another reason',
    {},
    { pollFailed: sign(3, { detail: 'a bad gateway' }) },
    { code: 'poll_failing', state: 'degraded', since: ago(20), text: expect.stringContaining('a bad gateway') },
  ],
  [
    'events that nobody has read in time, though no reading failed',
    {},
    { polled: sign(200) },
    { code: 'poll_overdue', state: 'degraded', since: ago(200) },
  ],
  [
    'a type that was never compared',
    { types: [type('customer'), type('price', never)] },
    {},
    { code: 'never_compared', state: 'not_proven', since: source.boundAt, text: expect.stringContaining('price') },
  ],
  [
    'a type that the key may not list',
    { types: [type('price', { ...never, note: 'no_permission' })] },
    {},
    { code: 'never_compared', state: 'not_proven', text: 'The key may not list price.' },
  ],
  ['no type to compare at all', { types: [] }, {}, { code: 'never_compared', state: 'not_proven' }],
  [
    'a sweep that fails since the last good one',
    { types: [type('customer'), type('price', { note: 'a bad gateway', sweptAt: ago(9 * DAY) })] },
    {},
    { code: 'sweep_failing', state: 'degraded', since: ago(9 * DAY), text: expect.stringContaining('a bad gateway') },
  ],
  [
    'a sweep that is overdue',
    { types: [type('customer', { sweptAt: ago(15 * DAY) })] },
    {},
    { code: 'sweep_overdue', state: 'degraded', since: ago(15 * DAY), text: expect.stringContaining('customer') },
  ],
];
test.each(cases)('%s', (_, record, ofSource, reason) => {
  const { reasons, state, since } = light(record, ofSource);
  expect(reasons).toEqual([expect.objectContaining(reason)]);
  expect([state, since]).toEqual([reasons[0]?.state, reasons[0]?.since]);
});

test('of several reasons the worst gives the state, and the earliest gives the moment', () => {
  const seen = light(
    { dirty: 495, waitingSince: ago(20 * DAY), types: [type('price', never)] },
    { answered: sign(60), unanswered: sign(1) },
  );
  expect(seen.reasons.map(({ code }) => code)).toEqual(['stripe_unreachable', 'objects_waiting', 'never_compared']);
  expect([seen.state, seen.since]).toEqual(['degraded', ago(20 * DAY)]);
});

test('nobody outside turns it red: a refusal counts only with an event that Stripe says it could not deliver', () => {
  expect(codes({ refused: sign(1) })).toEqual([]);
  expect(codes({}, { undelivered: sign(1) })).toEqual([]);
});

test('a delivery that was accepted since clears a refusal, and what Stripe said before', () => {
  expect(codes({ refused: sign(40) }, { undelivered: sign(5) })).toEqual([]);
  expect(codes({ refused: sign(5) }, { undelivered: sign(40) })).toEqual([]);
});

test('a service that only polls is not judged by its webhooks', () => {
  const duties = { ...well.duties, webhooks: false };
  expect(codes({ refused: sign(8), duties }, { undelivered: sign(7) })).toEqual([]);
});

test('one request that fails among others that are answered is not an unreachable Stripe', () => {
  expect(codes({}, { answered: sign(2), unanswered: sign(1) })).toEqual([]);
  expect(codes({}, { answered: sign(20), unanswered: sign(60) })).toEqual([]);
});

test('a pause ends with its process, or when it says so', () => {
  expect(codes({ paused: sign(31) })).toEqual([]);
  expect(codes({ paused: sign(10), resumed: sign(5) })).toEqual([]);
});

test('a reading of events that went well clears one that failed', () => {
  expect(codes({}, { pollFailed: sign(25) })).toEqual([]);
});

test('a process that is not to poll or sweep is not late with it', () => {
  const duties = { webhooks: true, pollEveryMs: null, sweepEveryMs: null };
  expect(codes({ duties, types: [type('price', { sweptAt: ago(90 * DAY) })] }, { polled: undefined })).toEqual([]);
});

test('types that the account does not have, or that only a person asks for, are not a reason', () => {
  const notes = ['not_available', 'too_many_parents'];
  expect(codes({ types: [type('customer'), ...notes.map((note) => type(note, { ...never, note }))] })).toEqual([]);
  expect(codes({ types: [type('price', { note: 'stopped' })] })).toEqual([]);
});

test('many types are named up to five', () => {
  const types = Array.from({ length: 8 }, (_, index) => type(`type_${index}`, never));
  expect(light({ types }).reasons[0]?.text).toBe(
    '8 types not yet compared with Stripe: type_0, type_1, type_2, type_3, type_4 and 3 more.',
  );
});

test('partitions that only the owner of the tables may make are asked for', () => {
  expect(codes({ partitionsDueSince: ago(DAY) })).toEqual(['partitions_due']);
  expect(codes({ partitionsDueSince: null })).toEqual([]);
});

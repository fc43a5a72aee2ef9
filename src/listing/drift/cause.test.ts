import { expect, test } from 'vitest';
import { causeOf, causes, type CauseFacts, type Explanation } from './cause.js';

const at = (day: number): Date => new Date(Date.UTC(2026, 10, day));

/** An object that was changed at Stripe after its row was proven, and nothing came. */
const lost: CauseFacts = {
  how: 'different',
  mark: null,
  row: 'as_proven',
  asOf: at(10),
  isOrphaned: false,
  isHeard: true,
  ignored: null,
  refused: null,
  isAnswered: false,
  onlySwept: null,
  isInParts: false,
  isReadable: true,
  createdAt: at(5),
  equalAt: null,
  inboxSince: at(1),
  versionSince: null,
};
const mark = { hintedAt: at(11), attempts: 0, reason: null, deadSince: null };
const ignored = { id: 'evt_1', reason: 'account', createdAt: at(11) };
const refused = { at: at(11), reason: 'signature' };
const absent = { how: 'missing', row: 'absent', asOf: null, isHeard: false } as const;

const cases: readonly [string, Partial<CauseFacts>, Explanation['cause'], (string | null)?][] = [
  ['nothing came since the row was right', {}, 'not_received'],
  ['nothing came since the object was created', absent, 'not_received'],
  ['nothing came about its deletion', { how: 'extra' }, 'not_received'],
  ['its row has no digest, so that nobody knows whether it was edited', { row: 'undigested' }, 'not_received'],
  ['it waits', { mark }, 'waiting'],
  ['it waits, whatever else is true of it', { mark, row: 'edited', ignored, onlySwept: 'x' }, 'waiting'],
  ['it failed, and is tried again', { mark: { ...mark, attempts: 2, reason: 'busy' } }, 'failed', 'busy'],
  ['it is a dead letter', { mark: { ...mark, deadSince: at(12), reason: 'no right' } }, 'failed', 'no right'],
  ['a failure whose dead letter was just revived', { mark: { ...mark, attempts: 8 } }, 'failed', null],
  ['its event was ignored', { ignored }, 'refused', 'ignored (account): evt_1'],
  [
    'its event was ignored in the second that the row is of',
    { ignored: { ...ignored, createdAt: at(10) } },
    'refused',
    'ignored (account): evt_1',
  ],
  [
    'an event was ignored, and the row was right after it',
    { ignored: { ...ignored, createdAt: at(9) } },
    'not_received',
  ],
  ['a delivery that named it was refused', { refused }, 'refused', 'refused (signature)'],
  ['a delivery was refused, and the row was right after it', { refused: { ...refused, at: at(9) } }, 'not_received'],
  [
    'the first event about a new object was ignored',
    { ...absent, ignored: { ...ignored, createdAt: at(5) } },
    'refused',
    'ignored (account): evt_1',
  ],
  ['Stripe has what it did not list', { how: 'extra', isAnswered: true }, 'hidden'],
  ['Stripe has what it did not list, and it waits', { how: 'extra', isAnswered: true, mark }, 'hidden'],
  ['no event is about it', { onlySwept: 'no event' }, 'only_swept', 'no event'],
  ['no event is about it, and the row was edited', { onlySwept: 'no event', row: 'edited' }, 'edited'],
  ['its row was edited', { row: 'edited' }, 'edited'],
  ['its row was edited so that it should be gone', { row: 'edited', how: 'extra' }, 'edited'],
  ['its row was edited, and an event about it was ignored', { row: 'edited', ignored }, 'edited'],
  ['only the rows of its parts differ', { isInParts: true }, 'edited'],
  [
    'only the rows of its parts differ, of a row without a digest',
    { isInParts: true, row: 'undigested' },
    'not_received',
  ],
  ['an event about it was taken, and there is no row', { ...absent, isHeard: true }, 'edited'],
  ['the same, of an object that no read can prove', { ...absent, isHeard: true, isReadable: false }, 'not_received'],
  ['its parts are there, and it is not', { how: 'extra', isOrphaned: true }, 'edited'],
  ['its row is older than the inbox', { inboxSince: at(20) }, 'unknown', 'older than the inbox'],
  ['it was created before the inbox began', { ...absent, inboxSince: at(20) }, 'unknown', 'older than the inbox'],
  ['Stripe does not say when it was created', { ...absent, createdAt: null }, 'unknown', 'older than the inbox'],
  ['its row is older than the inbox, and was compared since', { inboxSince: at(20), equalAt: at(21) }, 'not_received'],
  [
    'its row is of an earlier API version',
    { versionSince: at(11), asOf: at(10) },
    'unknown',
    'its row is of an earlier API version',
  ],
  ['its row was compared in this API version', { versionSince: at(11), equalAt: at(12) }, 'not_received'],
  ['it is not there, which no version of the API explains', { ...absent, versionSince: at(11) }, 'not_received'],
  ['its row was edited before the API version changed', { versionSince: at(11), row: 'edited' }, 'edited'],
  ['an edit is one, however old', { inboxSince: at(20), row: 'edited' }, 'edited'],
  [
    'the row is of the second in which the inbox began',
    { inboxSince: new Date(at(10).getTime() + 900) },
    'not_received',
  ],
];

test.each(cases)('%s', (_, facts, cause, detail = null) => {
  expect(causeOf({ ...lost, ...facts })).toEqual({ cause, detail });
});

test('every cause is in the table', () => {
  expect([...new Set(cases.map(([, , cause]) => cause))].sort()).toEqual([...causes].sort());
});

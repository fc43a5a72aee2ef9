import { expect, test } from 'vitest';
import { serverStates } from '../../test/support/sqlstates.js';
import { failureOf } from './failure.js';
import { meaningOf, stateClasses, type DatabaseFailure } from './sqlstate.js';

/** The classes of appendix A ("PostgreSQL Error Codes") of versions 14 to 18. */
const documented =
  '00 01 02 03 08 09 0A 0B 0F 0L 0P 0Z 10 20 21 22 23 24 25 26 27 28 2B 2D 2F 34 38 39 3B 3D 3F 40 42 44 53 54 55 57 58 72 F0 HV P0 XX';

test('every class that PostgreSQL documents has a decision, and there is none besides', async () => {
  expect(Object.keys(stateClasses).sort()).toEqual(documented.split(' ').sort());
  for (const { state } of (await serverStates()) ?? []) expect(meaningOf(state), state).toBeDefined();
});

test.each<[DatabaseFailure, string]>([
  ['conflict', '40001 40P01 40000 72000'],
  ['session', '08000 08003 08006 08P01 25006 25P02 25P03 26000 42P05 57P01 57P02 57P05 40003'],
  ['away', '53100 53200 53300 55P03 55006 57014 57P03 58030 XX000 XX001'],
  ['data', '22P05 22021 22003 23505 23502 23514 23P01 P0001 44000 54000 09000'],
  ['setup', '28000 28P01 3D000 3F000 42501 57P04 F0000'],
  ['broken', '42601 42P01 42703 42883 21000 0A000 XYZ'],
])('%s: %s', (failure, states) => {
  for (const code of states.split(' ')) expect(failureOf({ code }), code).toBe(failure);
});

test.each<[DatabaseFailure, object]>([
  ['away', { code: 'ECONNREFUSED', syscall: 'connect' }],
  ['away', { code: 'EHOSTUNREACH', syscall: 'connect' }],
  ['away', { code: 'EMFILE', syscall: 'open' }],
  ['away', { code: 'EPIPE' }],
  ['setup', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }],
  ['setup', { code: 'CERT_HAS_EXPIRED' }],
  ['setup', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }],
  ['session', { message: 'Connection terminated unexpectedly' }],
  ['session', { code: '0A000', routine: 'RevalidateCachedQuery', message: 'cached plan must not change result type' }],
  ['broken', new TypeError('undefined is not a function')],
])('%s: what has no SQLSTATE of its own, such as %j', (failure, error) => {
  expect(failureOf(error)).toBe(failure);
});

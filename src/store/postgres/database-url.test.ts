import fc from 'fast-check';
import { expect, inject, test } from 'vitest';
import { LockstepError } from '../../kernel/error.js';
import { silent } from '../../kernel/log.js';
import { sql } from '../sql.js';
import { urlProblem, withoutEndpoint } from './database-url.js';
import { openPostgres } from './postgres.js';

test.each([
  ['postgres://app:secret@db.example.com:5432/app'],
  ['postgresql://db.example.com/app?sslmode=require&options=endpoint%3Dep-x'],
  ['postgres://app:a%40b%2Fc%23d@127.0.0.1/app'],
  ['postgres://app:a:b@c@127.0.0.1/app'],
  ['postgres://app@[::1]:5432/app'],
  ['postgres://app@/app?host=/var/run/postgresql'],
  ['postgres://%2Fvar%2Frun%2Fpostgresql/app'],
  ['postgres://'],
])('%s can be used', (url) => {
  expect(urlProblem(url)).toBeUndefined();
});

test.each([
  ['host=127.0.0.1 dbname=app password=hunter', /postgres:\/\//],
  ['postgres://app:hun#ter@127.0.0.1/app', /%23/],
  ['postgres://app:hun/ter@127.0.0.1/app', /%2F/],
  ['postgres://app:hun?ter@127.0.0.1/app', /%3F/],
  ['postgres://app:hun@ter/x@127.0.0.1/app', /%40/],
  ['postgres://app:hun%ffter@127.0.0.1/app', /%25/],
  ['postgres://app:hunter', /%3A/],
  ['postgres://app:secret@127.0.0.1:54321x/app', /host:5432/],
  ['postgres://app:hun\tter@127.0.0.1/app', /percent-encode/],
])('%j is refused with the next step', (url, next) => {
  expect(urlProblem(url)?.hint).toMatch(next);
  expect(urlProblem(url)?.problem).not.toMatch(/hun/);
});

test.each([
  ['postgres://h/app?options=endpoint%3Dep-x', 'postgres://h/app'],
  ['postgres://h/app?options=project%3Dep-x&sslmode=require', 'postgres://h/app?sslmode=require'],
  ['postgres://h/app?sslmode=require&options=endpoint%3Dep-x', 'postgres://h/app?sslmode=require'],
  ['postgres://h/app?options=endpoint%3Dep-x%20-c%20jit%3Doff', 'postgres://h/app?options=-c%20jit%3Doff'],
  ['postgres://h/app?options=-c+jit%3Doff', 'postgres://h/app?options=-c+jit%3Doff'],
  ['postgres://options=endpoint%3Dx@h/app', 'postgres://options=endpoint%3Dx@h/app'],
])('of %s the connection uses %s', (url, used) => {
  expect(withoutEndpoint(url)).toBe(used);
});

test('a server other than Neon is reached by a URL with an endpoint option', async () => {
  const url = new URL(inject('postgresUrl'));
  url.searchParams.set('options', 'endpoint=ep-x');
  const database = openPostgres({ url: url.href, log: silent });
  expect(await database.query(sql`select 1 as one`)).toEqual([{ one: 1 }]);
  await database.close();
});

test('whatever the password is, no part of it is in what is said about the connection', async () => {
  // Parts of words that no message has, with every character that has a meaning in a URL between them.
  const part = fc.constantFrom('ZQXJ', 'wkjv', 'XYQZ', 'vvqk');
  const between = fc.constantFrom(
    '@',
    '/',
    '#',
    '?',
    ':',
    '%',
    '\\',
    '[',
    ']',
    ' ',
    '%4',
    '%zz',
    '&',
    '=',
    ';',
    "'",
    'ü',
    '@/',
    '://',
  );
  const password = fc
    .array(fc.tuple(part, between), { minLength: 1, maxLength: 4 })
    .map((pairs) => pairs.flat().join(''));
  await fc.assert(
    fc.asyncProperty(password, async (secret) => {
      const url = `postgres://app:${secret}@127.0.0.1:1/app`;
      const problem = urlProblem(url);
      const said = problem === undefined ? await saidOf(url) : `${problem.problem} ${problem.hint}`;
      expect(said.toLowerCase()).not.toMatch(/zqxj|wkjv|xyqz|vvqk/);
      expect(said).toMatch(/DATABASE_URL|percent-encode|postgres:\/\//);
    }),
    { numRuns: 150 },
  );
});

async function saidOf(url: string): Promise<string> {
  const database = openPostgres({ url, log: silent });
  try {
    await database.query(sql`select 1`);
    return '';
  } catch (error) {
    return error instanceof LockstepError ? `${error.message} ${error.hint ?? ''}` : String(error);
  } finally {
    await database.close();
  }
}

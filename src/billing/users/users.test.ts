import * as v from 'valibot';
import { expect, test } from 'vitest';
import { tableName, UsersOptions } from './users.js';

test.each([
  ['users', '"users"'],
  ['app.users', '"app"."users"'],
  ['app."my.users"', '"app"."my.users"'],
  ['"my.app"."my.users"', '"my.app"."my.users"'],
  ['My App.Us"er; drop', '"My App"."Us""er; drop"'],
  [`My App.pro'files`, `"My App"."pro'files"`],
  ['"My App"."Us""er"', '"My App"."Us""er"'],
])('the table %s is %s in SQL', (table, quoted) => {
  expect(v.is(UsersOptions, { table })).toBe(true);
  expect(tableName(table).text).toBe(quoted);
});

test.each(['', '.', 'app.', '.users', 'a.b.c', '"users', 'app."users', '""'])('%j names no table', (table) => {
  expect(v.is(UsersOptions, { table })).toBe(false);
});

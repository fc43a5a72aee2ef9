import { describe, expect, test } from 'vitest';
import { RowTable } from './table.js';

interface Row {
  id: string;
  of?: string | null;
}

const filled = (): RowTable<Row> => {
  const table = new RowTable<Row>(['of']);
  for (const [id, of] of ['ax', 'by', 'cx', 'dy', 'ex'].map((text) => [...text]))
    table.put({ id: id ?? '', of: of ?? '' });
  return table;
};
const ids = (rows: Iterable<Row>): string => [...rows].map(({ id }) => id).join('');

describe('a table', () => {
  test.each([
    ['newest first', {}, 'edcba'],
    ['oldest first', { oldestFirst: true }, 'abcde'],
    ['behind a cursor', { after: 'c' }, 'ba'],
    ['before a cursor', { after: 'c', oldestFirst: true }, 'de'],
    ['by an indexed field', { where: { field: 'of', value: 'x' } }, 'eca'],
    ['by an indexed field behind a cursor', { where: { field: 'of', value: 'x' }, after: 'e' }, 'ca'],
    [
      'by an indexed field behind a cursor that has another value',
      { where: { field: 'of', value: 'x' }, after: 'd' },
      'ca',
    ],
    ['by a value nobody has', { where: { field: 'of', value: 'z' } }, ''],
  ])('is walked %s', (_how, walk, expected) => {
    expect(ids(filled().walk(walk))).toBe(expected);
  });

  test('keeps a deleted row’s place for cursors, and forgets its index entry', () => {
    const table = filled();
    table.remove('c');
    expect([ids(table.walk()), ids(table.walk({ after: 'c' })), table.knows('c'), table.count]).toEqual([
      'edba',
      'ba',
      true,
      4,
    ]);
    expect(ids(table.walk({ where: { field: 'of', value: 'x' } }))).toBe('ea');
  });

  test('moves a row between index values at its own place', () => {
    const table = filled();
    table.put({ id: 'b', of: 'x' });
    table.put({ id: 'e', of: null });
    expect(ids(table.walk({ where: { field: 'of', value: 'x' } }))).toBe('cba');
  });

  test('undoes an insertion completely', () => {
    const table = filled();
    table.put({ id: 'f', of: 'x' });
    table.forget('f');
    expect([ids(table.walk()), table.knows('f')]).toEqual(['edcba', false]);
  });
});

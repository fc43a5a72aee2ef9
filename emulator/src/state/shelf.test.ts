import { expect, test } from 'vitest';
import { Shelf, rowsOf } from './shelf.js';
import { RowTable } from './table.js';

interface Row {
  id: string;
  of: string;
  text: string;
}

const row = (number: number, of = String(number % 7)): Row => ({ id: `id_${number}`, of, text: `text of ${number}` });

test('a shelf packs rows that were not written for long, and returns them unchanged', () => {
  const shelf = new Shelf<Row>();
  const rows = Array.from({ length: 10_000 }, (_none, place) => row(place));
  rows.forEach((one, place) => shelf.set(place, one));
  // Another object with the same content: it was packed. The newest ones were not.
  expect(shelf.get(5)).not.toBe(rows[5]);
  expect(shelf.get(9_999)).toBe(rows[9_999]);
  for (let place = 0; place < rows.length; place += 7) expect(shelf.get(place)).toEqual(rows[place]);
});

test('a snapshot of a shelf is not changed by later writes', () => {
  const shelf = new Shelf<Row>();
  for (let place = 0; place < 6_000; place += 1) shelf.set(place, row(place));
  const state = shelf.state();
  for (let place = 0; place < 6_000; place += 1) shelf.set(place, place % 3 === 0 ? undefined : row(place, 'changed'));
  const found = [...rowsOf(state)];
  expect(found).toHaveLength(6_000);
  expect(found.every((one, place) => one?.id === `id_${place}` && one.of !== 'changed')).toBe(true);
});

test('a large table answers as a small one does, through changes, deletions and expulsions of packed rows', () => {
  const table = new RowTable<Row>(['of']);
  const model = new Map<string, Row>();
  const put = (one: Row): void => {
    table.put(one);
    model.set(one.id, one);
  };
  // Numbers that look random and are the same each time.
  let state = 1;
  const random = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
  for (let number = 0; number < 12_000; number += 1) {
    put(row(number));
    const other = random(number + 1);
    if (number % 5 === 0 && model.has(`id_${other}`)) put(row(other, 'changed'));
    if (number % 11 === 0) {
      const gone = random(number + 1);
      expect(table.remove(`id_${gone}`)?.text).toBe(model.get(`id_${gone}`)?.text);
      model.delete(`id_${gone}`);
    }
    if (number > 6_000 && number % 2 === 0) {
      table.expel(`id_${number - 6_001}`);
      model.delete(`id_${number - 6_001}`);
    }
  }
  const expected = [...model.values()].sort((one, two) => Number(one.id.slice(3)) - Number(two.id.slice(3)));
  expect([...table.walk({ oldestFirst: true })]).toEqual(expected);
  expect([...table.walk({ where: { field: 'of', value: 'changed' } })]).toEqual(
    expected.filter(({ of }) => of === 'changed').reverse(),
  );
  const entries = [...table.entries().all()].filter((entry) => entry.row !== undefined);
  expect(entries.map((entry) => entry.row)).toEqual(expected);
  expect([table.knows('id_1'), table.knows('id_11999')]).toEqual([false, true]);
});

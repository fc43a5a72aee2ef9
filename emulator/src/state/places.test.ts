import { expect, test } from 'vitest';
import { Places } from './places.js';
import { RowTable } from './table.js';

/** Numbers that look random and are the same each time. */
const numbers = (): ((below: number) => number) => {
  let state = 1;
  return (below) => (state = (state * 48_271) % 2_147_483_647) % below;
};

/** Two texts that cannot be told apart by their hashes: among so many there are some. */
const twins = (): [string, string] => {
  const random = numbers();
  const texts = Array.from({ length: 300_000 }, () => `id_${random(1e9)}${random(1e9)}`);
  const places = new Places();
  texts.forEach((text, place) => places.add(text, place));
  for (const text of texts) {
    const [one, two] = places.of(text);
    if (one !== undefined && two !== undefined) return [texts[one] ?? '', texts[two] ?? ''];
  }
  throw new Error('no two of the texts have the same hash');
};
const [one, two] = twins();

test('places answer as a map of lists does, through additions and removals', () => {
  const places = new Places();
  const model = new Map<string, Set<number>>();
  const random = numbers();
  for (let step = 0; step < 50_000; step += 1) {
    const text = `text ${random(3_000)}`;
    const known = model.get(text) ?? new Set();
    model.set(text, known);
    const place = random(6);
    if (random(2) === 0) {
      places.add(text, place);
      known.add(place);
    } else {
      places.remove(text, place);
      known.delete(place);
    }
  }
  for (const [text, known] of model) expect(places.of(text)).toEqual([...known].sort());
  expect(places.of('nothing')).toEqual([]);
});

test('a row is found by its own id alone, whatever the hashes are', () => {
  const table = new RowTable<{ id: string }>();
  table.put({ id: one });
  expect([table.get(two), table.knows(two), table.remove(two)]).toEqual([undefined, false, undefined]);
  table.put({ id: two });
  expect([table.count, table.get(one)?.id, table.get(two)?.id]).toEqual([2, one, two]);
  table.remove(one);
  expect([table.get(one), table.get(two)?.id]).toEqual([undefined, two]);
});

test('a walk of an index returns only rows of the requested value, whatever the hashes are', () => {
  const table = new RowTable<{ id: string; of: string }>(['of']);
  table.put({ id: 'a', of: one });
  table.put({ id: 'b', of: two });
  expect([...table.walk({ where: { field: 'of', value: one } })].map(({ id }) => id)).toEqual(['a']);
});

import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { inOrder, readAhead } from './in-order.js';

/** Works that end when they are told to. */
function bench() {
  const begun: { values: readonly number[]; end: (error?: Error) => void }[] = [];
  const told: number[][] = [];
  return {
    begun,
    told,
    work: (values: readonly number[]) =>
      new Promise<void>((resolve, reject) => {
        begun.push({ values, end: (error) => (error === undefined ? resolve() : reject(error)) });
      }),
    done: async (values: readonly number[]) => void told.push([...values]),
    settled: async () => {
      for (let round = 0; round < 10; round += 1) await turn();
    },
  };
}

async function* counted(to: number): AsyncGenerator<number, void> {
  for (let value = 1; value <= to; value += 1) {
    await turn();
    yield value;
  }
}

describe('works in order', () => {
  test('a value is worked on as it comes; what comes while all works are under way is worked on together', async () => {
    const { begun, told, work, done, settled } = bench();
    const all = inOrder(counted(7), { limit: 2, together: 3, work, done });
    await settled();
    await settled();
    expect(begun.map(({ values }) => values)).toEqual([[1], [2]]);
    begun[0]?.end();
    await settled();
    expect(begun.map(({ values }) => values)).toEqual([[1], [2], [3, 4, 5]]);
    begun.forEach(({ end }) => end());
    await settled();
    begun.forEach(({ end }) => end());
    await all;
    expect(told.flat()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(told.every((values) => values.length <= 3)).toBe(true);
  });

  test('nothing is told before what came before it is done', async () => {
    const { begun, told, work, done, settled } = bench();
    const all = inOrder(counted(2), { limit: 2, together: 3, work, done });
    await settled();
    begun[1]?.end();
    await settled();
    expect(told).toEqual([]);
    begun[0]?.end();
    await all;
    expect(told).toEqual([[1], [2]]);
  });

  test('the first failure ends it, and what was under way is waited for', async () => {
    const { begun, told, work, done, settled } = bench();
    let ended = false;
    const all = inOrder(counted(9), { limit: 2, together: 3, work, done }).catch((error: Error) => {
      ended = true;
      return error;
    });
    await settled();
    await settled();
    begun[0]?.end(new Error('the disk is full'));
    await settled();
    expect(ended).toBe(false);
    begun.slice(1).forEach(({ end }) => end());
    expect(await all).toMatchObject({ message: 'the disk is full' });
    expect(told).toEqual([]);
    expect(begun.length).toBeLessThanOrEqual(3);
  });
});

describe('reading ahead', () => {
  test('the next value is asked for before the caller is done with the one before it', async () => {
    let asked = 0;
    async function* values(): AsyncGenerator<number, void> {
      for (asked = 1; asked <= 3; asked += 1) yield asked;
    }
    const seen: [number, number][] = [];
    for await (const value of readAhead(values())) {
      await turn();
      seen.push([value, asked]);
    }
    expect(seen).toEqual([
      [1, 2],
      [2, 3],
      [3, 4],
    ]);
  });

  test('a failure comes after the values before it', async () => {
    async function* values(): AsyncGenerator<number, void> {
      yield 1;
      await turn();
      throw new Error('away');
    }
    const seen: number[] = [];
    const all = (async () => {
      for await (const value of readAhead(values())) {
        seen.push(value);
        for (let round = 0; round < 5; round += 1) await turn();
      }
    })();
    await expect(all).rejects.toThrow('away');
    expect(seen).toEqual([1]);
  });

  test('a caller that stops ends what it reads', async () => {
    let isOver = false;
    async function* values(): AsyncGenerator<number, void> {
      try {
        yield* counted(10);
      } finally {
        isOver = true;
      }
    }
    for await (const value of readAhead(values())) if (value === 2) break;
    expect(isOver).toBe(true);
  });
});

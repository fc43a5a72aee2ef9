export interface InOrder<T, R> {
  /** Works under way at most. */
  limit: number;
  /** Values that one work is given at most; it is given more than one only when all works are under way as they come. */
  together: number;
  work: (values: readonly T[]) => Promise<R>;
  done: (values: readonly T[], result: R) => Promise<void>;
}

interface Work<T, R> {
  values: readonly T[];
  result: Promise<R>;
  settled: boolean;
}

/**
 * Works on several values at once, and reports them in their order, once they and all before them are done. What comes while
 * all works are under way is worked on together. The first failure ends it, after what was under way.
 */
export async function inOrder<T, R>(
  values: AsyncIterable<T>,
  { limit, together, work, done }: InOrder<T, R>,
): Promise<void> {
  const underWay: Work<T, R>[] = [];
  let waiting: T[] = [];
  const start = (): void => {
    if (waiting.length === 0) return;
    const one: Work<T, R> = { values: waiting, result: work(waiting), settled: false };
    const settled = (): void => void (one.settled = true);
    one.result.then(settled, settled); // a failure is seen when its turn comes
    underWay.push(one);
    waiting = [];
  };
  const finishFirst = async (): Promise<void> => {
    const first = underWay.shift();
    if (first !== undefined) await done(first.values, await first.result);
  };
  try {
    for await (const value of values) {
      waiting.push(value);
      while (underWay[0]?.settled === true || (underWay.length >= limit && waiting.length >= together))
        await finishFirst();
      if (underWay.length < limit) start();
    }
    if (underWay.length >= limit) await finishFirst();
    start();
    while (underWay.length > 0) await finishFirst();
  } finally {
    await Promise.allSettled(underWay.map(({ result }) => result));
  }
}

export interface InOrder<T, R> {
  /** Works under way at most. */
  limit: number;
  /** Values that one work gets at most. It gets more than one only if all works are under way when they come. */
  together: number;
  work: (values: readonly T[]) => Promise<R>;
  done: (values: readonly T[], result: R) => Promise<void>;
}

/** The same values in the same order. Asks for the next one while the caller still works on the one before. */
export async function* readAhead<T>(values: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  let coming = values.next();
  try {
    for (let { done, value } = await coming; done !== true; { done, value } = await coming) {
      coming = values.next();
      coming.catch(() => {}); // a failure is seen when its turn comes
      yield value as T;
    }
  } finally {
    await values.return();
  }
}

interface Work<T, R> {
  values: readonly T[];
  result: Promise<R>;
  isOver: boolean;
}

/**
 * Works on several values at once. Reports them in their order, when they and all before them are done. Values that
 * come while all works are under way are worked on together. The first failure ends it, after the works under way.
 */
export async function inOrder<T, R>(
  values: AsyncIterable<T>,
  { limit, together, work, done }: InOrder<T, R>,
): Promise<void> {
  const underWay: Work<T, R>[] = [];
  let waiting: T[] = [];
  const start = (): void => {
    if (waiting.length === 0) return;
    const begun: Work<T, R> = { values: waiting, result: work(waiting), isOver: false };
    const end = (): void => void (begun.isOver = true);
    begun.result.then(end, end); // a failure is seen when its turn comes
    underWay.push(begun);
    waiting = [];
  };
  const finishFirst = async (): Promise<void> => {
    const first = underWay.shift();
    if (first !== undefined) await done(first.values, await first.result);
  };
  try {
    for await (const value of values) {
      waiting.push(value);
      while (underWay[0]?.isOver === true || (underWay.length >= limit && waiting.length >= together))
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

/**
 * Works on several values at once, at most `limit`, and tells of each in their order, once it and all before it are done.
 * The first failure ends it, after what was under way.
 */
export async function inOrder<T, R>(
  values: AsyncIterable<T>,
  {
    limit,
    work,
    done,
  }: { limit: number; work: (value: T) => Promise<R>; done: (value: T, result: R) => Promise<void> },
): Promise<void> {
  const underWay: { value: T; result: Promise<R> }[] = [];
  const settle = async (): Promise<void> => {
    const first = underWay.shift();
    if (first !== undefined) await done(first.value, await first.result);
  };
  try {
    for await (const value of values) {
      const result = work(value);
      result.catch(() => {}); // seen when its turn comes
      underWay.push({ value, result });
      if (underWay.length >= limit) await settle();
    }
    while (underWay.length > 0) await settle();
  } finally {
    await Promise.allSettled(underWay.map(({ result }) => result));
  }
}

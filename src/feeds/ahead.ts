/** The same values, each being made while the one before it is still in use. */
export async function* ahead<T>(values: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  let next = values.next();
  try {
    for (;;) {
      const result = await next;
      if (result.done === true) return;
      next = values.next();
      next.catch(() => {}); // seen when its turn comes; the consumer may have left before
      yield result.value;
    }
  } finally {
    await values.return().catch(() => {});
  }
}

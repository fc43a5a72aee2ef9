import { setTimeout as pause } from 'node:timers/promises';

/** Resolves with what `look` returns once it is neither false nor undefined; fails when that does not come to pass. */
export async function eventually<T>(
  look: () => Promise<T | false | undefined>,
  what: string,
  withinMs = 10_000,
): Promise<T> {
  const until = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== false && seen !== undefined) return seen;
    if (performance.now() > until) throw new Error(`not within ${withinMs} ms: ${what}`);
    await pause(5);
  }
}

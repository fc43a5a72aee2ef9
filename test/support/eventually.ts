import { setTimeout as pause } from 'node:timers/promises';

/** Resolves with what `look` returns once it is neither false nor undefined; fails when that does not come to pass. */
export async function eventually<T>(
  look: () => Promise<T | false | undefined>,
  what: string,
  withinMs = 10_000,
): Promise<T> {
  const begun = performance.now();
  for (;;) {
    const seen = await look();
    if (seen !== false && seen !== undefined) return seen;
    const waited = performance.now() - begun;
    if (waited > withinMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await pause(Math.min(5 + waited / 20, 50)); // what waits long looks less often: it takes the time of what it waits for
  }
}

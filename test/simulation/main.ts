import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createTotal, type Total } from './total.js';
import type { Simulated } from './simulate.js';

export interface RunOptions {
  /** The first seed; the others follow it. */
  seed: number;
  /** How many at most. */
  seeds: number;
  minutes: number;
  /** Processes that share the seeds. */
  workers: number;
  /** Every so many-th seed runs on the real SQL, with fewer objects. */
  sqlEvery: number;
  print: (line: string) => void;
}

/** What a worker is asked for; it answers with what came of it. */
export interface Ask {
  seed: number;
  onSql: boolean;
}

const TELL_EVERY_MS = 60_000;
const worker = fileURLToPath(new URL('../../tools/simulation-worker.mjs', import.meta.url));
/** A world lives for some milliseconds and leaves much behind: fewer, larger collections take a tenth off its time. */
const execArgv = ['--max-semi-space-size=64'];

/** Runs seed after seed; whether all of them ended well. */
export async function verifySimulation(options: RunOptions): Promise<boolean> {
  const { seed: first, seeds, minutes, workers, sqlEvery, print } = options;
  const began = Date.now();
  const total = createTotal();
  let next = first;
  const ask = (): Ask | undefined => {
    const isOver = next > first && Date.now() >= began + minutes * 60_000;
    if (isOver || next >= first + seeds) return undefined;
    const seed = next;
    next += 1;
    return { seed, onSql: seed % sqlEvery === 0 };
  };
  const telling = setInterval(() => {
    print(`${total.text()} after ${Math.round((Date.now() - began) / 1_000)} s`);
  }, TELL_EVERY_MS);
  try {
    const places = Array.from({ length: Math.min(workers, seeds) }, () => fork(worker, { execArgv }));
    await Promise.all(places.map((place) => work(place, ask, total, print).finally(() => place.kill())));
  } finally {
    clearInterval(telling);
  }
  const took = (Date.now() - began) / 1_000;
  print(
    `${total.text()}\nin ${took.toFixed(0)} s by ${workers} processes, ${(total.seeds / took).toFixed(1)} a second, ` +
      `seeds ${first} to ${next - 1}, every ${sqlEvery}th on PGlite`,
  );
  return total.failed === 0;
}

async function work(
  place: ChildProcess,
  ask: () => Ask | undefined,
  total: Total,
  print: (line: string) => void,
): Promise<void> {
  const ended = once(place, 'exit').then(([code]) => {
    throw new Error(`a worker ended with ${String(code)}`);
  });
  ended.catch(() => {}); // unless a seed is under way
  for (let asked = ask(); asked !== undefined; asked = ask()) {
    place.send(asked);
    const [result] = (await Promise.race([once(place, 'message'), ended])) as [Simulated];
    total.add(result, asked.onSql);
    if (result.problems.length === 0) continue;
    print(`seed ${asked.seed} fails (again with --seed ${asked.seed} --seeds 1):`);
    for (const problem of result.problems) print(`  ${problem}`);
  }
}

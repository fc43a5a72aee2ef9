import { migrateDatabase } from '../../src/engine/database.js';
import { openInMemory } from '../../src/store/pglite/pglite.js';
import { openMemoryStore } from './memory-store.js';
import { simulate, type Simulated } from './simulate.js';
import { openSqlStore } from './sql-store.js';

export interface RunOptions {
  /** The first seed; the others follow it. */
  seed: number;
  /** How many at most. */
  seeds: number;
  minutes: number;
  print: (line: string) => void;
}

/** Every so many-th seed runs on the real SQL, with fewer objects. */
const SQL_EVERY = 10;
const SQL_SCALE = 0.3;
const TELL_EVERY_MS = 60_000;

/** Runs seed after seed; whether all of them ended well. */
export async function verifySimulation({ seed: first, seeds, minutes, print }: RunOptions): Promise<boolean> {
  const began = Date.now();
  const database = await openInMemory();
  await migrateDatabase(database, { mirrorSchema: 'stripe', databaseUrl: 'no users here' });
  const total = createTotal();
  const until = Date.now() + minutes * 60_000;
  let told = Date.now();
  for (let seed = first; seed < first + seeds && (total.seeds === 0 || Date.now() < until); seed += 1) {
    const onSql = seed % SQL_EVERY === 0;
    const result = onSql
      ? await simulate({ seed, store: await openSqlStore(database), scale: SQL_SCALE })
      : await simulate({ seed, store: openMemoryStore() });
    total.add(result, onSql);
    if (result.problems.length > 0) {
      print(`seed ${seed} fails (again with --seed ${seed} --seeds 1):`);
      for (const problem of result.problems) print(`  ${problem}`);
    }
    if (Date.now() - told < TELL_EVERY_MS) continue;
    told = Date.now();
    print(`${total.text()} after ${Math.round((told - began) / 1_000)} s`);
  }
  await database.close();
  print(`${total.text()}\nin ${((Date.now() - began) / 1_000).toFixed(0)} s, first seed ${first}`);
  return total.failed === 0;
}

type Sum = Omit<Simulated, 'seed' | 'problems' | 'trace' | 'waitedForClock'> & { waitedForClock: number };

function createTotal() {
  const sum: Sum = {
    ...{ changes: 0, events: 0, deliveries: 0, acknowledged: 0, reads: 0, faults: 0 },
    ...{ crashes: 0, clockJumps: 0, found: 0, waitedForClock: 0 },
  };
  const total = { seeds: 0, onSql: 0, failed: 0 };
  const count = (number: number): string => number.toLocaleString('en');
  return {
    get seeds() {
      return total.seeds;
    },
    get failed() {
      return total.failed;
    },
    add(result: Simulated, onSql: boolean): void {
      total.seeds += 1;
      total.onSql += Number(onSql);
      total.failed += Number(result.problems.length > 0);
      for (const key of Object.keys(sum) as (keyof Sum)[]) sum[key] += Number(result[key]);
    },
    text: () =>
      `${count(total.seeds)} seeds (${count(total.onSql)} on PGlite), ${count(total.failed)} failed; ` +
      `${count(sum.changes)} changes at Stripe, ${count(sum.events)} events, ${count(sum.deliveries)} deliveries of which ` +
      `${count(sum.acknowledged)} acknowledged, ${count(sum.reads)} requests of which ${count(sum.faults)} answered by a ` +
      `fault, ${count(sum.crashes)} crashes, ${count(sum.clockJumps)} clock jumps, ${count(sum.found)} differences found ` +
      `by sweeps and repaired, ${count(sum.waitedForClock)} seeds that came to rest only once the time had come of what ` +
      `was put off by a wrong clock`,
  };
}

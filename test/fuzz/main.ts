import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { runCommand } from '../support/command.js';
import { startPostgres } from '../support/postgres.js';
import { fuzzArrivals } from './arrivals.js';
import { fuzzSignatures, type Runs } from './signatures.js';
import { fuzzStorage, type StorageCounts } from './storage.js';

export interface VerifyFuzzOptions extends Runs {
  print: (line: string) => void;
}

/** A round's runs at most: a failure is found again by the seed of its round alone. */
const ROUND = 5_000;

/**
 * The long form: `runs` deliveries against the official SDK, a quarter as many bodies read, and a twentieth stored in a
 * PostgreSQL of its own. Whether all of it held; what did not is printed with its seed.
 */
export async function verifyFuzz({ runs, seed, print }: VerifyFuzzOptions): Promise<boolean> {
  const began = Date.now();
  print(`seed ${seed}`);
  try {
    for (const line of await signatures({ runs, seed })) print(line);
    for (const line of await arrivals({ runs: Math.ceil(runs / 4), seed })) print(line);
    for (const line of await storage({ runs: Math.ceil(runs / 20), seed })) print(line);
    return true;
  } catch (error) {
    print(told(error));
    return false;
  } finally {
    print(`${((Date.now() - began) / 1_000).toFixed(0)} s`);
  }
}

/** fast-check names the seed in its message and what went wrong in the cause. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return [error.message, ...(error.cause instanceof Error ? [error.cause.message] : [])].join('\n');
}

async function signatures(all: Runs): Promise<string[]> {
  const total = { runs: 0, accepted: 0, refused: 0 };
  const differences = new Map<string, number>();
  for (const round of rounds(all)) {
    const counts = fuzzSignatures(round);
    add(total, counts);
    for (const [name, count] of counts.differences) differences.set(name, (differences.get(name) ?? 0) + count);
  }
  const never = [...differences].filter(([, count]) => count === 0).map(([name]) => name);
  if (all.runs >= ROUND && never.length > 0) throw new Error(`known, but never seen: ${never.join(', ')}`);
  return [
    `signatures: ${figure(total.runs)} deliveries; the SDK and we both accept ${figure(total.accepted)}, both refuse ${figure(total.refused)}`,
    ...[...differences].map(([name, count]) => `  known difference, ${name}: ${figure(count)}`),
  ];
}

async function arrivals(all: Runs): Promise<string[]> {
  const total = { runs: 0, events: 0, withSecrets: 0, refused: 0 };
  for (const round of rounds(all)) add(total, fuzzArrivals(round));
  const { runs, events, withSecrets, refused } = total;
  return [
    `events: ${figure(runs)} bodies; ${figure(events)} read (${figure(withSecrets)} with secrets, which were taken out), ${figure(refused)} refused; no error`,
  ];
}

async function storage(all: Runs): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'lockstep-fuzz-'));
  const server = await startPostgres();
  // The server's helpers do not keep a process alive, and while they end there may be nothing else that does.
  const awake = setInterval(() => {}, 60_000);
  try {
    const migrating = runCommand(['migrate'], { cwd: directory, env: { DATABASE_URL: server.url } });
    if ((await migrating.ended) !== 0) throw new Error(`the database could not be prepared:\n${migrating.output()}`);
    const { runs, stored } = await storeAll(server.url, all);
    return [`storage: ${figure(runs)} bodies; ${figure(stored)} events stored in PostgreSQL and read back equal`];
  } finally {
    await server.destroy();
    clearInterval(awake);
    await rm(directory, { recursive: true, force: true });
  }
}

async function storeAll(connectionString: string, all: Runs): Promise<StorageCounts> {
  const database = new pg.Client({ connectionString });
  await database.connect();
  try {
    const total = { runs: 0, stored: 0 };
    for (const round of rounds(all)) add(total, await fuzzStorage(database, round));
    return total;
  } finally {
    await database.end();
  }
}

function rounds({ runs, seed }: Runs): Runs[] {
  const count = Math.ceil(runs / ROUND);
  return Array.from({ length: count }, (_, index) => ({
    runs: Math.min(ROUND, runs - index * ROUND),
    seed: seed + index,
  }));
}

function add<Name extends string>(total: Record<Name, number>, more: Readonly<Record<NoInfer<Name>, number>>): void {
  for (const name of Object.keys(total) as Name[]) total[name] += more[name];
}

const figure = (count: number): string => count.toLocaleString('en');

// An engine whose Stripe only lists, without delay or with limits of its own; and how long its operations take.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { resolveConfig } from '../../dist/src/engine/config.js';
import { startEngine } from '../../dist/src/engine/engine.js';
import { systemClock } from '../../dist/src/kernel/clock.js';
import { silent } from '../../dist/src/kernel/log.js';
import { messageOf, ownChild } from '../receivers/child.mjs';
import { machineOf, printMachine } from './machine.mjs';

/** The part of an endpoint's limit that Lockstep is configured to use, and of Stripe's limit for all. */
const LIMITED = { ratePerEndpoint: 20, rateTotal: 80 };
const UNLIMITED = { ratePerEndpoint: 10_000, rateTotal: 10_000 };

/**
 * Starts both, and prints the machine. Without DATABASE_URL: PGlite on disk.
 * @param {{ size: number, limit?: number | undefined }} options how many objects there are; requests a second to one
 *   endpoint that Stripe answers, default: all
 */
export async function startListedEngine({ size, limit }) {
  const directory = mkdtempSync(join(tmpdir(), 'lockstep-bench-'));
  const databaseUrl = process.env['DATABASE_URL'] || undefined;
  const args = [String(size), ...(limit === undefined ? [] : [String(limit)])];
  const stripe = ownChild(fork(new URL('listing-server.mjs', import.meta.url), args));
  const { url } = await messageOf(stripe);
  const config = resolveConfig({
    stripeKey: 'sk_test_bench',
    stripeApiBase: url,
    feed: 'poll',
    directory,
    users: null,
    ...(limit === undefined ? UNLIMITED : LIMITED),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
  });
  const roles = { prove: true, sweep: false, feed: false };
  const engine = await startEngine(config, { clock: systemClock, log: silent, roles });
  await printOwnMachine(databaseUrl);
  const ask = () => {
    stripe.send('ask');
    return messageOf(stripe);
  };
  return {
    engine,
    /** Requests that Stripe has refused, and the processor time that it has used. */
    ask,
    timed: (name, what, work) => timed({ name, what, work }, ask),
    stop: async () => {
      await engine.stop();
      stripe.kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/**
 * Prints how many rows a second, how much memory this process had at most, and the processor time for each row.
 */
async function timed({ name, what, work }, ask) {
  const resident = process.memoryUsage().rss;
  let peak = resident;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 50);
  const others = (await ask()).used;
  const used = process.cpuUsage();
  const began = performance.now();
  const count = await work();
  const seconds = (performance.now() - began) / 1_000;
  const own = process.cpuUsage(used);
  clearInterval(watch);
  const listing = (await ask()).used - others;
  const perRow = (microseconds) => (microseconds / count).toFixed(1);
  console.log(
    `${name}: ${count} ${what} in ${seconds.toFixed(2)} s, ${Math.round(count / seconds)} rows/s, ` +
      `RSS ${mib(resident)} → ${mib(peak)} MiB at most`,
  );
  console.log(
    `  processor: ${perRow(own.user + own.system)} µs/row here, ${perRow(listing)} in the Stripe that lists; ` +
      `PostgreSQL's comes on top`,
  );
  return { count, seconds };
}

/** Prints the machine; `databaseUrl`: undefined is PGlite on disk. */
export async function printOwnMachine(databaseUrl) {
  if (databaseUrl === undefined) return printMachine(await machineOf(undefined, { pglite: true }));
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  printMachine(await machineOf(client));
  return client.end();
}

function mib(bytes) {
  return Math.round(bytes / 2 ** 20);
}

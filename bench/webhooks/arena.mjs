// @ts-check
// One run: a fresh database, a receiver that was just started, events to warm it up, and then as many as fit in the
// time.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startEmulator } from '../../dist/emulator/src/index.js';
import { API_VERSION } from '../../dist/src/catalog/generated/api-version.js';
import { kinds, templatesOf } from '../load/events.mjs';
import { objectsOf } from '../load/requests.mjs';
import { endChild, messageOf, ownChild } from '../receivers/child.mjs';
import { openDatabases } from '../support/databases.mjs';
import { usedBy, usedByPostgres } from '../support/processor.mjs';
import { grouped } from './workloads.mjs';

/**
 * @typedef {import('../receivers/receiver.mjs').Receiver} Receiver
 * @typedef {import('./workloads.mjs').Workload} Workload
 * @typedef {import('../load/events.mjs').Templates} Templates
 * @typedef {{ rate: number, shown: number | undefined, proven: number | undefined, p50: number, p99: number,
 *   server: number, database: number | undefined, refused: Record<string, number>, seconds: number }} Run
 *   `rate`: events accepted a second. `shown`: the share of the accepted objects that have a row when the load ends.
 *   `proven`: events proven a second. `server`, `database`: processor time for each event, in microseconds
 * @typedef {{ databases: import('../support/databases.mjs').Databases | undefined, templates: Templates,
 *   stripe: import('node:child_process').ChildProcess, migrated: Map<string, string>, seconds: number,
 *   draw: () => string }} Arena
 */

const WARM_UP = 300;
const PROVEN_WITHIN_MS = 300_000;
const ITEMS_AT_ONCE = 50_000;
/** More than any receiver takes; the load is signed before it begins. */
const BYTES_PER_SECOND_MAX = 400_000_000;

/**
 * @param {{ databaseUrl: string | undefined, seconds: number }} options
 * @returns {Promise<Arena>}
 */
export async function openArena({ databaseUrl, seconds }) {
  const databases = databaseUrl === undefined ? undefined : await openDatabases(databaseUrl);
  const emulator = await startEmulator();
  const templates = await templatesOf(emulator);
  await emulator.stop();
  const stripe = ownChild(fork(fileURLToPath(new URL('../load/stripe.mjs', import.meta.url))));
  let drawn = 0;
  return { databases, templates, stripe, migrated: new Map(), seconds, draw: () => `${(drawn += 1)}` };
}

/** @param {Arena} arena */
export async function closeArena({ databases, stripe }) {
  await databases?.close();
  await endChild(stripe, 'SIGKILL');
}

/**
 * @typedef {{ running: import('../receivers/receiver.mjs').Running, reader: Awaited<ReturnType<typeof readerOf>>,
 *   events: Omit<import('../load/requests.mjs').Events, 'run'>, at: import('../receivers/receiver.mjs').At }} Ready
 *   `at`: what the receiver was started with
 */

/**
 * Starts a receiver on a database of its own, and ends both after the work.
 * @template T
 * @param {Arena} arena
 * @param {Receiver} receiver
 * @param {Workload} workload
 * @param {(ready: Ready) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withReceiver(arena, receiver, workload, work) {
  const database = receiver.embedded ? undefined : await databaseFor(arena, receiver, workload);
  const events = {
    templates: arena.templates,
    kinds: workload.load === 'mixed' ? kinds : [workload.load],
    version: API_VERSION,
    bytes: workload.bytes,
  };
  arena.stripe.send(objectsOf({ ...events, run: 'x' }));
  const { port } = await messageOf(arena.stripe);
  const stripe = { url: `http://127.0.0.1:${port}`, key: 'sk_test_bench' };
  const at = { databaseUrl: database?.url, stripe };
  const running = await receiver.start(at);
  const reader = await readerOf(running, database?.url);
  try {
    return await work({ running, reader, events, at });
  } finally {
    await reader.close();
    await running.stop();
    if (workload.items === 0) await database?.drop();
  }
}

/**
 * @param {Arena} arena
 * @param {Receiver} receiver
 * @param {Workload} workload
 * @returns {Promise<Run>}
 */
export function runOnce(arena, receiver, workload) {
  return withReceiver(arena, receiver, workload, (ready) => measure({ arena, receiver, workload, ...ready }));
}

/**
 * @param {{ arena: Arena, receiver: Receiver, workload: Workload } & Ready} run
 * @returns {Promise<Run>}
 */
async function measure({ arena, receiver, workload, events, running, reader }) {
  const { connections, copies } = workload;
  const to = { url: running.url, connections };
  const run = arena.draw();
  const warmUp = Math.ceil(WARM_UP * Math.min(1, arena.seconds));
  await burst({ ...to, ms: 60_000, count: warmUp, copies: 1, events: { ...events, run: `w${run}x` } });
  const used = () => ({
    server: usedBy(running.pid),
    database: reader.backend === undefined ? undefined : usedByPostgres(reader.backend),
  });
  const before = used();
  const began = performance.now();
  const rateMax = Math.min(receiver.rateMax, BYTES_PER_SECOND_MAX / (workload.bytes ?? 1));
  const count = Math.ceil((arena.seconds * rateMax) / copies);
  const order = { ...to, ms: arena.seconds * 1_000, count, copies, events: { ...events, run: `r${run}x` } };
  const result = await burst(order);
  if (result.accepted === 0) throw new Error(`${receiver.name} accepted no event: ${JSON.stringify(result.refused)}`);
  const { tables } = receiver;
  const rows = tables && (await rowsOf(reader.query, { tables, kinds: events.kinds, run: `r${run}x` }));
  const provenAfter = receiver.proves ? await marksGone(reader.query, began) : undefined;
  const after = used();
  return {
    rate: result.accepted / result.seconds,
    shown: rows === undefined ? undefined : rows / result.distinct,
    // The time of the preparations is not the receiver's.
    proven: provenAfter && result.accepted / (provenAfter - result.prepared),
    p50: result.p50,
    p99: result.p99,
    server: (after.server - before.server) / result.accepted,
    database: before.database && after.database && (after.database - before.database) / result.accepted,
    refused: result.refused,
    seconds: result.seconds,
  };
}

/**
 * Sends from a process of its own.
 * @param {import('../load/burst.mjs').Order} order
 * @returns {Promise<import('../load/burst.mjs').Burst>}
 */
async function burst(order) {
  const child = ownChild(fork(fileURLToPath(new URL('../load/burst.mjs', import.meta.url))));
  child.send(order);
  const { result } = await messageOf(child);
  await endChild(child, 'SIGKILL');
  return result;
}

/**
 * How many objects of a run have a row.
 * @param {import('../receivers/receiver.mjs').Query} query
 * @param {{ tables: Readonly<Record<string, string>>, kinds: readonly string[], run: string }} of
 */
export async function rowsOf(query, { tables, kinds: types, run }) {
  let rows = 0;
  for (const kind of types) {
    const [found] = await query(`select count(*)::int as n from ${tables[kind]} where id like '%\\_${run}%'`);
    rows += found?.['n'];
  }
  return rows;
}

/**
 * Seconds until nothing is left to prove; undefined if there is still something after minutes.
 * @param {import('../receivers/receiver.mjs').Query} query
 * @param {number} began
 */
async function marksGone(query, began) {
  while (performance.now() - began < PROVEN_WITHIN_MS) {
    const [marks] = await query('select exists (select from lockstep.dirty) as left');
    if (marks?.['left'] === false) return (performance.now() - began) / 1_000;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return undefined;
}

/**
 * @param {import('../receivers/receiver.mjs').Running} running
 * @param {string | undefined} databaseUrl
 * @returns {Promise<{ query: import('../receivers/receiver.mjs').Query, backend: number | undefined, close: () =>
 *   Promise<void> }>}
 */
export async function readerOf({ query }, databaseUrl) {
  if (query !== undefined) return { query, backend: undefined, close: async () => {} };
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query('select pg_backend_pid() as pid');
  return {
    query: async (text, values = []) => (await client.query(text, values)).rows,
    backend: rows[0].pid,
    close: () => client.end(),
  };
}

/**
 * A copy of a database that was migrated once. One with many items is not copied: all runs of a receiver share it.
 * @param {Arena} arena
 * @param {Receiver} receiver
 * @param {Workload} workload
 */
async function databaseFor({ databases, migrated, templates }, receiver, { items }) {
  if (databases === undefined) throw new Error('set DATABASE_URL to a database of a superuser; or try --pglite');
  const key = `${receiver.name} ${items}`;
  let name = migrated.get(key);
  if (name === undefined) {
    const template = await databases.create();
    name = template.name;
    migrated.set(key, name);
    await receiver.migrate(template.url);
    if (items > 0 && receiver.items !== undefined)
      await fillItems(template.url, {
        name: receiver.name,
        statement: receiver.items,
        items,
        item: templates['subscription']?.['items'].data[0],
      });
  }
  await databases.admin.query('checkpoint'); // so that no run writes what another one left
  return items > 0 ? databases.named(name) : databases.create(name);
}

/**
 * @param {string} url
 * @param {{ name: string, statement: string, items: number, item: object }} what
 */
async function fillItems(url, { name, statement, items, item }) {
  const began = performance.now();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (let from = 1; from <= items; from += ITEMS_AT_ONCE)
    await client.query(statement, [item, from, Math.min(items, from + ITEMS_AT_ONCE - 1)]);
  await client.query('vacuum analyze stripe.subscription_items');
  await client.end();
  const seconds = Math.round((performance.now() - began) / 1_000);
  console.log(`  ${name}: ${grouped(items)} items inserted in ${seconds} s`);
}

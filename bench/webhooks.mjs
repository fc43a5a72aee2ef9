// @ts-check
// Webhooks accepted and shown a second: Lockstep beside its peers and beside floors, on one PostgreSQL, in turn.
//
//   npm run build && DATABASE_URL=postgres://… npm run bench:webhooks [-- options]
//
//   --load mixed|customer|product|price|subscription|invoice   which events; several, with commas. Default mixed
//   --connections 64        several, with commas. Default 1,8,64,256
//   --pairs 3               how often each pair is run. --seconds 6: how long each run
//   --peer supabase|stripe|none    whom Lockstep is compared with. Default supabase
//   --floors                also the two floors: signature alone, and a durable insert
//   --bytes N               bodies so much larger. --copies N: each event so often, one after the other
//
// DATABASE_URL names a superuser's database; each run gets a database of its own beside it. The load, the receiver and PostgreSQL
// share this machine, so only ratios within a pair mean anything. "Shown" is counted by reading the rows back. Prints the
// machine, versions, settings, raw runs, medians and ratios, and the processor's time for each event.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startEmulator } from '../dist/emulator/src/index.js';
import { API_VERSION } from '../dist/src/catalog/generated/api-version.js';
import { usedBy, usedByPostgres } from './support/processor.mjs';
import { kinds, templatesOf } from './webhooks/events.mjs';
import { floor, lockstep, peer } from './webhooks/receivers.mjs';

/** @typedef {import('./webhooks/receivers.mjs').Receiver} Receiver */
/** @typedef {{ load: string, connections: number }} Workload */
/**
 * @typedef {{ rate: number, shown: number | undefined, p50: number, p99: number, server: number,
 *   database: number | undefined }} Run
 */

const { values } = parseArgs({
  options: {
    load: { type: 'string', default: 'mixed' },
    connections: { type: 'string', default: '1,8,64,256' },
    pairs: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '6' },
    peer: { type: 'string', default: 'supabase' },
    floors: { type: 'boolean', default: false },
    bytes: { type: 'string' },
    copies: { type: 'string', default: '1' },
  },
});
const url = process.env['DATABASE_URL'];
if (url === undefined)
  throw new Error('set DATABASE_URL to a database of a superuser; each run makes its own beside it');
const ms = Number(values.seconds) * 1_000;
const EVENTS_PER_SECOND_MAX = 15_000;
const WARM_UP = 300;

const admin = new pg.Client({ connectionString: url });
await admin.connect();
const emulator = await startEmulator();
const templates = await templatesOf(emulator);
const stripe = fork(fileURLToPath(new URL('webhooks/stripe.mjs', import.meta.url)));
stripe.send(templates);
const [{ port: stripePort }] = await once(stripe, 'message');
let drawn = 0;

/** @type {Receiver[]} */
const receivers = [
  lockstep(),
  ...(values.peer === 'none' ? [] : [await peer(/** @type {'supabase' | 'stripe'} */ (values.peer))]),
  ...(values.floors ? [floor('durable insert'), floor('signature')] : []),
];

await printMachine();
const migrated = new Map();
for (const receiver of receivers) migrated.set(receiver, await templateDatabase(receiver));

for (const load of values.load.split(','))
  for (const connections of values.connections.split(',').map(Number)) await compare({ load, connections });

for (const name of migrated.values()) await admin.query(`drop database ${name} with (force)`);
await admin.end();
await emulator.stop();
stripe.kill();

/**
 * Runs the receivers in turn, and prints each run, the medians and the ratios.
 * @param {Workload} workload
 */
async function compare(workload) {
  console.log(`\n${workload.load}, ${workload.connections} connections`);
  /** @type {Map<Receiver, Run[]>} */
  const runs = new Map(receivers.map((receiver) => [receiver, []]));
  for (let pair = 0; pair < Number(values.pairs); pair += 1) {
    for (const receiver of receivers) {
      const run = await runOnce(receiver, workload);
      runs.get(receiver)?.push(run);
      console.log(`  ${receiver.name.padEnd(40)} ${said(run)}`);
    }
  }
  const [own, ...others] = receivers;
  const medians = receivers.map((receiver) => ({ receiver, run: medianOf(runs.get(receiver) ?? []) }));
  for (const { receiver, run } of medians) console.log(`  ${`median of ${receiver.name}`.padEnd(40)} ${said(run)}`);
  for (const other of others) {
    const ratios = (runs.get(/** @type {Receiver} */ (own)) ?? []).map(
      ({ rate }, index) => rate / (runs.get(other)?.[index]?.rate ?? NaN),
    );
    console.log(`  ratio to ${other.name}: ${ratios.map((ratio) => ratio.toFixed(2)).join(' · ')}`);
  }
}

/**
 * @param {Receiver} receiver
 * @param {Workload} workload
 * @returns {Promise<Run>}
 */
async function runOnce(receiver, { load, connections }) {
  const database = await createDatabase(migrated.get(receiver));
  const running = await receiver.start({ databaseUrl: database.url, stripePort });
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query('select pg_backend_pid() as pid');
  const order = {
    url: running.url,
    connections,
    kinds: load === 'mixed' ? kinds : [load],
    version: API_VERSION,
    templates,
    bytes: values.bytes === undefined ? undefined : Number(values.bytes),
    copies: Number(values.copies),
  };
  await send({ ...order, ms: 60_000, events: WARM_UP, run: `w${(drawn += 1)}x` });
  const before = { server: usedBy(running.pid), database: usedByPostgres(rows[0].pid) };
  const events = Math.ceil((ms / 1_000) * (receiver.rows === undefined ? 4 : 1) * EVENTS_PER_SECOND_MAX);
  const result = await send({ ...order, ms, events, run: `r${drawn}x` });
  const after = { server: usedBy(running.pid), database: usedByPostgres(rows[0].pid) };
  if (result.ranOut) throw new Error('the load ran out of events');
  if (Object.keys(result.refused).length > 0) console.log(`  refused: ${JSON.stringify(result.refused)}`);
  let shown;
  if (receiver.rows !== undefined) {
    shown = 0;
    for (const kind of order.kinds) {
      const found = await client.query(
        `select count(*)::int as n from ${receiver.rows[kind]} where id like '%\\_r${drawn}x%'`,
      );
      shown += found.rows[0].n;
    }
  }
  await client.end();
  await running.stop();
  await database.drop();
  const each = (/** @type {number} */ used) => used / result.accepted;
  return {
    rate: result.accepted / result.seconds,
    shown: shown === undefined ? undefined : (shown * Number(values.copies)) / result.accepted,
    p50: result.p50,
    p99: result.p99,
    server: each(after.server - before.server),
    database:
      before.database === undefined || after.database === undefined
        ? undefined
        : each(after.database - before.database),
  };
}

/**
 * Sends from a process of its own.
 * @param {import('./webhooks/load.mjs').Order} order
 */
async function send(order) {
  const child = fork(fileURLToPath(new URL('webhooks/load.mjs', import.meta.url)));
  child.send(order);
  const [result] = await once(child, 'message');
  child.kill();
  if (result.error !== undefined) throw new Error(result.error);
  return result;
}

/** @param {Run} run */
function said({ rate, shown, p50, p99, server, database }) {
  const share = shown === undefined ? '' : `${(100 * shown).toFixed(0).padStart(4)} % shown`;
  const used = `${server.toFixed(0).padStart(4)} + ${database?.toFixed(0) ?? '–'} µs/event`;
  return `${rate.toFixed(0).padStart(6)}/s  p50 ${p50.toFixed(1).padStart(6)}  p99 ${p99.toFixed(1).padStart(6)} ms  ${used} ${share}`;
}

/**
 * Of each figure by itself.
 * @param {Run[]} runs
 * @returns {Run}
 */
function medianOf(runs) {
  const median = (/** @type {(number | undefined)[]} */ numbers) => {
    const sorted = numbers.filter((number) => number !== undefined).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)];
  };
  const of = (/** @type {keyof Run} */ name) => median(runs.map((run) => run[name]));
  return {
    rate: of('rate') ?? NaN,
    shown: of('shown'),
    p50: of('p50') ?? NaN,
    p99: of('p99') ?? NaN,
    server: of('server') ?? NaN,
    database: of('database'),
  };
}

/**
 * A database with the receiver's schema, from which each run's is copied.
 * @param {Receiver} receiver
 */
async function templateDatabase(receiver) {
  const { name, url: own } = await createDatabase('template1');
  await receiver.migrate(own);
  return name;
}

/** @param {string} template */
async function createDatabase(template) {
  const name = `bench_${process.pid}_${(drawn += 1)}`;
  await admin.query(`create database ${name} template ${template}`);
  const own = Object.assign(new URL(/** @type {string} */ (url)), { pathname: `/${name}` }).href;
  return { name, url: own, drop: () => admin.query(`drop database ${name} with (force)`) };
}

async function printMachine() {
  const { rows } = await admin.query(
    `select version(), current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
       current_setting('shared_buffers') as buffers`,
  );
  const [{ version: server, fsync, commit, buffers }] = rows;
  console.log(`machine   ${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB`);
  console.log(`versions  Node ${process.version}, ${server.split(' on ')[0]}`);
  console.log(`settings  fsync ${fsync}, synchronous_commit ${commit}, shared_buffers ${buffers}`);
  console.log(`load      ${loadavg()[0]?.toFixed(2)} before`);
}

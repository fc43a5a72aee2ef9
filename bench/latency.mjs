// @ts-check
// From an event to its row, read back: at fixed rates, beside the peers; and from a cancellation at Stripe's own API.
//
//   npm run build && DATABASE_URL=postgres://… npm run bench:latency [-- options]
//
//   --rates 10,100,500,1000   events a second. --seconds 15: how long each run. --pairs 3: how often each receiver runs
//   --peer supabase,stripe|none    who stands beside Lockstep, on PostgreSQL; installed when first named
//   --cancellations 1000      subscriptions cancelled at the emulator, one after the other; 0 for none
//   --write FILE              also write the results into this page, between their markers, and the plot beside it
//
// Without DATABASE_URL: PGlite on disk. It names a superuser's database; each run gets a database of its own beside
// it. Events are sent when their time has come, whatever the answers take. The clock stops when a select, repeated
// without a pause, first sees the row; of more than 100 events a second, 100 are read back. Prints the machine,
// versions, settings, raw runs and medians.
import { parseArgs } from 'node:util';
import { cancelSubscriptions } from './latency/cancellations.mjs';
import { blocksOf } from './latency/page.mjs';
import { lineOf, medianSteady } from './latency/report.mjs';
import { sendSteadily } from './latency/steady.mjs';
import { kinds } from './load/events.mjs';
import { requestsOf } from './load/requests.mjs';
import { lockstep, lockstepEmbedded } from './receivers/lockstep.mjs';
import { receiverNamed } from './receivers/receiver.mjs';
import { machineOf, printMachine } from './support/machine.mjs';
import { integersOf, numberOf, optionsOrExit } from './support/options.mjs';
import { writeBlock } from './support/page.mjs';
import { closeArena, openArena, withReceiver } from './webhooks/arena.mjs';
import { peersNamed } from './webhooks/options.mjs';
import { plain } from './webhooks/workloads.mjs';

/** @typedef {import('./latency/steady.mjs').Steady} Steady */
/** @typedef {import('./receivers/receiver.mjs').Receiver} Receiver */
/** @typedef {import('./load/events.mjs').Templates} Templates */

const WARM_UP = 300;
const databaseUrl = process.env['DATABASE_URL'] || undefined;
const options = optionsOrExit(readOptions);
const command = ['npm run bench:latency', ...process.argv.slice(2)].join(' ').replace(' --', ' -- --');
const arena = await openArena({ databaseUrl, seconds: options.seconds });
try {
  const machine = await machineOf(arena.databases?.admin, { pglite: databaseUrl === undefined });
  printMachine(machine);
  const names = databaseUrl === undefined ? ['pglite'] : ['lockstep', ...options.peers];
  const receivers = await Promise.all(names.map(receiverNamed));
  const measured = [];
  for (const rate of options.rates) measured.push({ rate, results: await compare(rate, receivers) });
  const cancelled = options.cancellations === 0 ? undefined : await cancel(options.cancellations);
  if (options.write !== undefined) {
    const facts = { machine, command, embedded: databaseUrl === undefined, ...options };
    for (const block of blocksOf({ measured, cancelled }, facts)) {
      await writeBlock(options.write, block);
      console.log(`written: ${block.name} in ${options.write}`);
    }
  }
} finally {
  await closeArena(arena);
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      rates: { type: 'string', default: '10,100,500,1000' },
      seconds: { type: 'string', default: '15' },
      pairs: { type: 'string', default: '3' },
      peer: { type: 'string', default: 'supabase,stripe' },
      cancellations: { type: 'string', default: '1000' },
      write: { type: 'string' },
    },
  });
  return {
    rates: integersOf('rates', values.rates, 1),
    seconds: numberOf('seconds', values.seconds, 0),
    pairs: numberOf('pairs', values.pairs, 1),
    peers: peersNamed(values.peer),
    cancellations: numberOf('cancellations', values.cancellations, 0),
    write: values.write,
  };
}

/**
 * @param {number} rate
 * @param {readonly Receiver[]} receivers
 */
async function compare(rate, receivers) {
  console.log(`\n${rate} mixed events a second; ms from sending to the row (to the answer)`);
  const results = receivers.map((receiver) => ({ receiver, runs: /** @type {Steady[]} */ ([]) }));
  for (let pair = 0; pair < options.pairs; pair += 1)
    for (const { receiver, runs } of results) {
      const run = await runOnce(receiver, rate);
      runs.push(run);
      console.log(lineOf(receiver, run));
    }
  if (options.pairs === 1) return results;
  console.log('  medians:');
  for (const { receiver, runs } of results) console.log(lineOf(receiver, medianSteady(runs)));
  return results;
}

/**
 * @param {Receiver} receiver
 * @param {number} rate
 * @returns {Promise<Steady>}
 */
function runOnce(receiver, rate) {
  return withReceiver(arena, receiver, plain, async ({ running, reader, events }) => {
    const send = (/** @type {string} */ run, /** @type {{ rate: number, count: number }} */ { rate: at, count }) => {
      const requests = requestsOf({ ...events, run }, { url: running.url, count });
      const prefixes = kinds.map((kind) => prefixOf(events.templates, kind));
      const ids = requests.map((_, n) => `${prefixes[n % kinds.length]}${run}${n}`);
      const read = readOf(reader.query, receiver, events.templates);
      return sendSteadily({ url: running.url, rate: at, requests, ids, read });
    };
    const run = arena.draw();
    const count = Math.ceil(options.seconds * rate);
    await send(`w${run}x`, { rate: Math.max(100, rate), count: Math.min(WARM_UP, 2 * count) });
    return send(`r${run}x`, { rate, count });
  });
}

/**
 * @param {Templates} templates
 * @param {string} kind
 */
function prefixOf(templates, kind) {
  return `${templates[kind]?.['id'].split('_')[0]}_`;
}

/**
 * One statement that finds which of these objects have a row. It looks only where one is missing.
 * @param {import('./receivers/receiver.mjs').Query} query
 * @param {Receiver} receiver
 * @param {Templates} templates
 * @returns {import('./latency/steady.mjs').Order['read']}
 */
function readOf(query, { tables, keyed = 'true' }, templates) {
  return async (ids) => {
    const missing = kinds.filter((kind) => ids.some((id) => id.startsWith(prefixOf(templates, kind))));
    const parts = missing.map((kind) => `select id from ${tables?.[kind]} where ${keyed} and id = any($1::text[])`);
    return (await query(parts.join(' union all '), [ids])).map((row) => row['id']);
  };
}

/** @param {number} count */
async function cancel(count) {
  const limit = { rate: 10_000 };
  const receiver = databaseUrl === undefined ? lockstepEmbedded(limit) : lockstep(limit);
  const database = await arena.databases?.create();
  if (database !== undefined) await receiver.migrate(database.url);
  const result = await cancelSubscriptions(receiver, { databaseUrl: database?.url, count });
  await database?.drop();
  const [p50, p90, p99, most] = [result.p50, result.p90, result.p99, result.most].map((ms) => ms.toFixed(1));
  console.log(`\n${count} subscriptions cancelled, one after the other; ms from the request to the row`);
  console.log(`  p50 ${p50}  p90 ${p90}  p99 ${p99}  max ${most}`);
  return result;
}

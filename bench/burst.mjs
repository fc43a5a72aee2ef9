// A month's start: many objects change at once. How long until all of them are proven again, with Stripe's limits enforced, and
// how long somebody waits meanwhile for one object.
//
//   npm run build && DATABASE_URL=postgres://… npm run bench:burst [-- 100000 invoice [charge …] [--reads]]
//
// The objects are spread over the types that are named. `--reads`: every object is read by itself, as before there were pages.
// The database must be an empty one; without DATABASE_URL: PGlite on disk. The limits are 25 requests a second to one endpoint and
// 100 in all, the configured budget is 20 and 80. Prints the machine, versions and what was measured.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { limits, resolveConfig } from '../dist/src/engine/config.js';
import { startEngine } from '../dist/src/engine/engine.js';
import { createMarks } from '../dist/src/inbox/marks.js';
import { systemClock } from '../dist/src/kernel/clock.js';
import { silent } from '../dist/src/kernel/log.js';
import { messageOf, ownChild } from './receivers/child.mjs';
import { printOwnMachine } from './support/listed-engine.mjs';
import { numberOf, optionsOrExit } from './support/options.mjs';
import { usedByPostgres } from './support/processor.mjs';

const prefixes = { invoice: 'in', subscription: 'sub', charge: 'ch', payment_intent: 'pi', invoice_payment: 'inpay' };
const {
  size,
  types,
  reads: isSingly,
} = optionsOrExit(() => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { reads: { type: 'boolean' } } });
  const [count = '100000', ...named] = positionals;
  for (const type of named)
    if (!(type in prefixes)) throw new Error(`${type}: there are ${Object.keys(prefixes).join(', ')}`);
  return {
    size: numberOf('size', count, 1),
    types: named.length === 0 ? ['invoice'] : named,
    reads: values.reads === true,
  };
});
const each = Math.floor(size / types.length);
const TELL_EVERY_MS = 30_000;
const URGENT_EVERY_MS = 5_000;

const directory = mkdtempSync(join(tmpdir(), 'lockstep-bench-'));
const databaseUrl = process.env['DATABASE_URL'] || undefined;
await printOwnMachine(databaseUrl);
const stripe = ownChild(fork(new URL('support/burst-server.mjs', import.meta.url), [String(each), ...types]));
const { url } = await messageOf(stripe);
const ask = (what) => {
  stripe.send(what);
  return messageOf(stripe);
};
const start = (rates) => {
  const config = resolveConfig({
    ...{ stripeKey: 'sk_test_bench', stripeApiBase: url, feed: 'poll', directory, users: null, ...rates },
    ...(databaseUrl ? { databaseUrl } : {}),
  });
  return startEngine(config, {
    ...{ clock: systemClock, log: silent, roles: { prove: true, sweep: false, feed: false } },
    pages: { ...limits.pages, atOnce: isSingly ? 0 : 3 },
  });
};
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const seconds = (since) => (performance.now() - since) / 1_000;
const load = () => loadavg()[0].toFixed(1);

const first = await start({ ratePerEndpoint: 10_000, rateTotal: 10_000 });
await first.operations.backfill({ types: types.map((type) => tableOf(type)) });
await first.stop();

await ask('change');
await ask('limit');
const engine = await start({ ratePerEndpoint: 20, rateTotal: 80 });
const { database, source } = engine;
const marks = createMarks(database);
const keyOf = (type, n) => ({ ...source, type, id: `${prefixes[type]}_${String(n).padStart(12, '0')}` });
for (let from = 0; from < each; from += 1_000) {
  for (const type of types) {
    const hints = Array.from({ length: Math.min(1_000, each - from) }, (_, index) => ({
      ...{ ...keyOf(type, from + index), parents: {}, heard: true },
    }));
    await database.transaction((tx) => marks.mark(tx, hints, new Date()));
  }
}
console.log(`${each * types.length} marks of ${types.join(', ')}; the load of the machine is ${load()}`);

const used = { here: process.cpuUsage(), database: await usedByDatabase() };
const began = performance.now();
const waits = [];
let left = each * types.length;
let told = began;
let urgentAt = began + URGENT_EVERY_MS;
while (left > 0) {
  await sleep(250);
  if (performance.now() >= urgentAt) {
    waits.push(await waitFor(keyOf(types[waits.length % types.length], Math.floor(Math.random() * each))));
    urgentAt = performance.now() + URGENT_EVERY_MS;
  }
  [{ left }] = await database.query({ text: 'select count(*)::int as left from lockstep.dirty', values: [] });
  if (performance.now() - told > TELL_EVERY_MS) {
    told = performance.now();
    console.log(`  after ${seconds(began).toFixed(0)} s: ${left} left; load ${load()}`);
  }
}
const took = seconds(began);
const own = process.cpuUsage(used.here);
const perProof = (microseconds) => Math.round(microseconds / (each * types.length));
const inDatabase = used.database === undefined ? 'not known' : perProof((await usedByDatabase()) - used.database);
const { refused, pages, reads } = await ask('ask');
waits.sort((a, b) => a - b);
const at = (share) => Math.round(waits[Math.min(waits.length - 1, Math.floor(waits.length * share))] ?? 0);
console.log(`all proven in ${took.toFixed(0)} s, ${Math.round((each * types.length) / took)} a second; load ${load()}`);
console.log(`processor time of a proof: ${perProof(own.user + own.system)} µs here, ${inDatabase} µs in PostgreSQL`);
console.log(`${pages} pages and ${reads} reads answered, ${refused} answered 429`);
console.log(`an object that somebody waits for: ${waits.length} of them, p50 ${at(0.5)} ms, most ${at(1)} ms`);
for (const type of types) {
  const [row] = await database.query({
    text: `select count(*)::int as proven from stripe.${tableOf(type)} where proven_at is not null and data::text like '%1900%'`,
    values: [],
  });
  if (row?.proven !== each) throw new Error(`${String(row?.proven)} of ${each} ${type} are as Stripe has them`);
}
await engine.stop();
stripe.kill();
rmSync(directory, { recursive: true, force: true });

/** How long a caller waits for a proof of one object, in milliseconds. */
async function waitFor(key) {
  const asked = performance.now();
  const hint = { ...key, parents: {}, awaited: true };
  const [{ gen }] = await database.transaction((tx) => marks.mark(tx, [hint], new Date()));
  while ((await marks.unproven([{ ...key, gen }])).length > 0) await sleep(10);
  return performance.now() - asked;
}

/** Of a backend that lives now: one that was asked before may have ended. */
async function usedByDatabase() {
  const [{ pid }] = await database.query({ text: 'select pg_backend_pid() as pid', values: [] });
  return usedByPostgres(pid);
}

function tableOf(type) {
  return `${type}s`;
}

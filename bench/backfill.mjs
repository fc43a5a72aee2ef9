// Backfill and verify against a Stripe that lists without delay, or with its limits: rows a second, memory.
//
//   npm run build && DATABASE_URL=postgres://… npm run bench:backfill [-- customers 200000 [--verify] [--limit 25]]
//
// The database must be an empty one; without DATABASE_URL: PGlite on disk. `--limit` makes Stripe refuse more than so many
// requests a second to one endpoint, and the configured budget 20 a second: the share of it that was used is printed.
// Prints the machine, versions, settings and what was measured; memory is that of this process, without PostgreSQL.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { resolveConfig } from '../dist/src/engine/config.js';
import { startEngine } from '../dist/src/engine/engine.js';
import { systemClock } from '../dist/src/kernel/clock.js';
import { silent } from '../dist/src/kernel/log.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { verify: { type: 'boolean', default: false }, limit: { type: 'string' } },
});
const [type = 'customers', size = '200000'] = positionals;
const directory = mkdtempSync(join(tmpdir(), 'lockstep-bench-'));
const databaseUrl = process.env['DATABASE_URL'];
const limited = values.limit !== undefined;
const stripe = fork(new URL('support/listing-server.mjs', import.meta.url), [size, ...(limited ? [values.limit] : [])]);
const { url } = await new Promise((resolve) => stripe.once('message', resolve));

const rates = limited ? { ratePerEndpoint: 20, rateTotal: 80 } : { ratePerEndpoint: 10_000, rateTotal: 10_000 };
const config = resolveConfig({
  ...{ stripeKey: 'sk_test_bench', stripeApiBase: url, feed: 'poll', directory, users: null, ...rates },
  ...(databaseUrl ? { databaseUrl } : {}),
});
const engine = await startEngine(config, {
  ...{ clock: systemClock, log: silent },
  roles: { prove: true, sweep: false, feed: false },
});
let peak = 0;
const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 50);
const [version] = await engine.database.query({ text: 'select version()', values: [] });
console.log(`${cpus()[0]?.model} × ${cpus().length}, ${Math.round(totalmem() / 2 ** 30)} GiB, node ${process.version}`);
console.log(version?.version ?? '');
const resident = process.memoryUsage().rss;

const timed = async (name, work) => {
  peak = 0;
  const began = performance.now();
  const used = process.cpuUsage();
  const others = await usedByServer();
  const count = await work();
  const own = process.cpuUsage(used);
  const seconds = (performance.now() - began) / 1_000;
  const rate = Math.round(count / seconds);
  console.log(
    `${name}: ${count} ${type} in ${seconds.toFixed(2)} s, ${rate} rows/s, RSS ${mib(resident)} → ${mib(peak)} MiB at most`,
  );
  const perRow = (microseconds) => (microseconds / count).toFixed(1);
  console.log(
    `  processor: ${perRow(own.user + own.system)} µs/row here, ${perRow((await usedByServer()) - others)} in the Stripe that lists; PostgreSQL's comes on top`,
  );
  return { count, seconds };
};
const { count, seconds } = await timed(
  'backfill',
  async () => (await engine.operations.backfill({ types: [type] }))[0].listed,
);
if (limited) {
  const requests = Math.ceil(count / 100);
  const { refused } = await ask();
  console.log(
    `${(requests / seconds).toFixed(2)} requests/s of 20/s configured (a second's worth may go at once), ${refused} answered 429`,
  );
}
if (values.verify) {
  await timed('verify', async () => {
    const report = await engine.operations.verify({ types: [type], repair: false });
    if (report.outcome !== 'in_step') throw new Error(`verify says ${report.outcome}: ${JSON.stringify(report)}`);
    return report.types[0].rows;
  });
}
clearInterval(watch);
await engine.stop();
stripe.kill();
rmSync(directory, { recursive: true, force: true });

/** What the listing server has counted so far. */
function ask() {
  stripe.send('ask');
  return new Promise((resolve) => stripe.once('message', resolve));
}

async function usedByServer() {
  return (await ask()).used;
}

function mib(bytes) {
  return Math.round(bytes / 2 ** 20);
}

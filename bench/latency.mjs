// From a cancellation at Stripe's API to the row that says `canceled`: emulator, webhook, inbox, proof, mirror, all real.
//
//   npm run build && DATABASE_URL=postgres://… npm run bench:latency [-- 1000]     (without DATABASE_URL: PGlite on disk)
//
// Each subscription is cancelled after the one before has arrived. The clock starts before the request is sent and stops
// when a select, repeated without a pause, first sees the row. Prints the machine, versions, settings and percentiles.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from '../dist/emulator/src/emulator.js';
import { resolveConfig } from '../dist/src/engine/config.js';
import { startEngine } from '../dist/src/engine/engine.js';
import { createApp } from '../dist/src/http/app.js';
import { createDeliveries } from '../dist/src/http/deliveries.js';
import { listen } from '../dist/src/http/listen.js';
import { systemClock } from '../dist/src/kernel/clock.js';
import { silent } from '../dist/src/kernel/log.js';
import { sql } from '../dist/src/store/sql.js';

const count = Number(process.argv[2] ?? 1_000);
const databaseUrl = process.env['DATABASE_URL'];
const directory = mkdtempSync(join(tmpdir(), 'lockstep-bench-'));
const secret = 'whsec_benchbenchbench';

const emulator = await startEmulator({ port: 0 });
const options = {
  stripeKey: emulator.secretKey,
  stripeApiBase: emulator.url,
  webhookSecret: secret,
  ratePerEndpoint: 10_000,
  rateTotal: 10_000,
};
const config = resolveConfig({ ...options, directory, sweepEveryMs: 0, ...(databaseUrl ? { databaseUrl } : {}) });
const engine = await startEngine(config, { clock: systemClock, log: silent });
const app = createApp({ engine, identify: [], log: silent });
const service = await listen({
  fetch: (request) => app.fetch(request),
  deliveries: createDeliveries({ engine, log: silent }),
  host: '127.0.0.1',
  port: 0,
});
emulator.createWebhookEndpoint({ url: `${service.url}/stripe-webhooks`, secret });

const call = async (method, path, body) => {
  const headers = {
    authorization: `Bearer ${emulator.secretKey}`,
    'content-type': 'application/x-www-form-urlencoded',
  };
  const answer = await fetch(`${emulator.url}${path}`, {
    method,
    headers,
    ...(body ? { body: new URLSearchParams(body) } : {}),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
};
const state = async () =>
  (
    await engine.database.query(sql`
    select (select count(*) from lockstep.dirty) as marks, (select count(*) from lockstep.inbox) as events`)
  )[0];
/** Resolves when every delivery of the set-up has arrived and is proven: nothing marked and nothing new for a second. */
const calm = async () => {
  for (let before = await state(), still = 0; still < 10;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const now = await state();
    still = now.marks === 0 && now.events === before.events ? still + 1 : 0;
    before = now;
  }
};

const product = await call('POST', '/v1/products', { name: 'Bench' });
const price = await call('POST', '/v1/prices', {
  product: product.id,
  currency: 'usd',
  unit_amount: '900',
  'recurring[interval]': 'month',
});
const subscriptions = [];
for (let n = 0; n < count; n += 1) {
  const customer = await call('POST', '/v1/customers', { name: `Customer ${n}` });
  const card = await call('POST', '/v1/payment_methods/pm_card_visa/attach', { customer: customer.id });
  const body = { customer: customer.id, 'items[0][price]': price.id, default_payment_method: card.id };
  subscriptions.push((await call('POST', '/v1/subscriptions', body)).id);
}
await calm();

const took = [];
for (const id of subscriptions) {
  const began = performance.now();
  await call('DELETE', `/v1/subscriptions/${id}`);
  for (;;) {
    const [row] = await engine.database.query(sql`select status from stripe.subscriptions where id = ${id}`);
    if (row?.status === 'canceled') break;
    await new Promise((resolve) => setImmediate(resolve)); // PGlite answers without leaving the event loop
  }
  took.push(performance.now() - began);
}
took.sort((a, b) => a - b);
const at = (share) => took[Math.min(took.length - 1, Math.floor(took.length * share))].toFixed(1);
const [{ version }] = await engine.database.query(sql`select version()`);
console.log(
  `machine   ${cpus().length} × ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
);
console.log(
  `database  ${databaseUrl ? version.split(' on ')[0] : `PGlite on disk, synced (${version.split(' on ')[0]})`}`,
);
console.log(`cancelled ${count} subscriptions, one after the other; ms from the request to the row`);
console.log(`p50 ${at(0.5)}   p90 ${at(0.9)}   p99 ${at(0.99)}   max ${took.at(-1).toFixed(1)}`);
await emulator.stop();
await service.close();
await engine.stop();
rmSync(directory, { recursive: true, force: true });

// What docs/operations/serverless.md promises: a function stores, and workers elsewhere prove.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rolesOf } from '../../src/cli/commands/serve/roles.js';
import { resolveConfig } from '../../src/engine/config.js';
import { startEngine } from '../../src/engine/engine.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silent } from '../../src/kernel/log.js';
import { openPostgres } from '../../src/store/postgres/postgres.js';
import { sql } from '../../src/store/sql.js';
import type { Database } from '../../src/store/database.js';
import { fileText } from '../guides/snippets.js';
import { openStage, type Stage } from '../embed/stage.js';
import { eventually } from '../support/eventually.js';
import { WEBHOOK_SECRET } from '../support/world.js';

let stage: Stage;
let database: Database;
let receive: { fetch(request: Request): Promise<Response> };
let before: NodeJS.ProcessEnv;

beforeAll(async () => {
  stage = await openStage();
  const { databaseUrl = '' } = await stage.options();
  database = openPostgres({ url: databaseUrl, log: silent });
  before = { ...process.env };
  Object.assign(process.env, {
    DATABASE_URL: databaseUrl,
    STRIPE_SECRET_KEY: stage.emulator.secretKey,
    STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
    STRIPE_API_BASE: stage.emulator.url,
  });
  const { default: handler } = await import('../../deploy/serverless/receive.mjs');
  receive = handler;
});
afterAll(async () => {
  process.env = before;
  await database.close();
  await stage.stop();
});

const rowOf = (id: string) =>
  database.query(sql`select name from stripe.customers where id = ${id} and proven_at is not null`);
const forged = () => new Request('http://app.test/stripe-webhooks', { method: 'POST', body: '{}' });
const marks = () => database.query<{ id: string }>(sql`select id from lockstep.dirty where type = 'customer'`);

test('the function stores a delivery before it answers, and a worker elsewhere proves it', async () => {
  const customer = await stage.stripe.customers.create({ name: 'Ada' });
  const [event] = (await stage.stripe.events.list({ limit: 1, type: 'customer.created' })).data;
  expect((await receive.fetch(forged())).status).toBe(400); // starts the instance
  // As on a host that ends the function with its answer: it cannot read the object itself.
  stage.emulator.faults.set({ error_every: 1 });
  expect((await receive.fetch(stage.delivery(event ?? {}))).status).toBe(200);
  expect(await database.query(sql`select type from lockstep.inbox where id = ${event?.id ?? ''}`)).toEqual([
    { type: 'customer.created' },
  ]);
  await systemClock.sleep(1_000);
  expect(await rowOf(customer.id)).toEqual([]);
  expect(await marks()).toEqual([{ id: customer.id }]);

  stage.emulator.faults.set({ error_every: 0 });
  const { databaseUrl, stripeKey, stripeApiBase } = {
    databaseUrl: process.env['DATABASE_URL'],
    stripeKey: stage.emulator.secretKey,
    stripeApiBase: stage.emulator.url,
  };
  const config = resolveConfig({ databaseUrl, stripeKey, stripeApiBase, webhookSecret: WEBHOOK_SECRET });
  const roles = rolesOf(['prove', 'sweep']);
  const worker = await startEngine(config, { clock: systemClock, log: silent, roles });
  await eventually(async () => (await rowOf(customer.id)).length === 1, 'the worker proves it');
  expect(await marks()).toEqual([]);
  await worker.stop();
});

test('the function refuses what is not signed, and has no other route', async () => {
  expect((await receive.fetch(forged())).status).toBe(400);
  expect((await receive.fetch(new Request('http://app.test/readyz'))).status).toBe(404);
});

test('the page shows the function that is tested', () => {
  const [, shown] = /^```js\n([\s\S]+?)^```$/m.exec(fileText('docs/operations/serverless.md')) ?? [];
  expect(fileText('deploy/serverless/receive.mjs')).toContain(shown);
});

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Stripe from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEmulator, type Emulator } from '../../emulator/src/emulator.js';
import { resolveConfig } from '../../src/engine/config.js';
import { startEngine, type Engine, type Roles } from '../../src/engine/engine.js';
import { systemClock, type Clock } from '../../src/kernel/clock.js';
import { silent } from '../../src/kernel/log.js';
import { embeddedUsers } from '../../src/store/migrate.js';
import { sql } from '../../src/store/sql.js';
import { createDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { MIGRATED } from '../support/global-postgres.js';
import { postgresBinaries } from '../support/postgres-binaries.js';

const run = promisify(execFile);
const HOUR_MS = 3_600_000;
const laterClock: Clock = { ...systemClock, now: () => new Date(Date.now() + HOUR_MS) };

let emulator: Emulator;
let stripe: Stripe;
let folder: string;
let price: string;
/** Two engines on restored databases. One does nothing by itself but prove. */
let quiet: Engine;
let restored: Engine;
/** What Stripe had when the first engine ended. */
let made: { ada: string; bob: string; carol: string; lost: string };

async function start(databaseUrl: string, clock: Clock, roles: Partial<Roles> = {}): Promise<Engine> {
  const config = resolveConfig({
    databaseUrl,
    stripeKey: emulator.secretKey,
    stripeApiBase: emulator.url,
    feed: 'poll',
    pollEveryMs: 60_000,
    ratePerEndpoint: 5_000,
    rateTotal: 5_000,
    sweepEveryMs: 0,
    sweepRecentEveryMs: 0,
  });
  return startEngine(config, { clock, log: silent, roles: { prove: true, sweep: true, feed: true, ...roles } });
}

async function addUser({ database }: Engine, username: string, email = `${username}@example.com`): Promise<string> {
  const [user] = await database.query<{ id: string }>(sql`
    with made as (
      insert into public.users (username, first_name, last_name, email)
      values (${username}, ${username}, 'Test', ${email}) returning id)
    insert into public.user_profiles (user_id) select id from made returning user_id::text as id`);
  return user?.id ?? '';
}

async function subscribe({ billing }: Engine, username: string): Promise<{ customer: string; subscription: string }> {
  const { id: customer } = await billing!.customers.ensure({ username });
  const { id: subscription } = await billing!.subscriptions.create({ user: { username }, price });
  const { latest_invoice: invoice } = await stripe.subscriptions.retrieve(subscription);
  const method = await stripe.paymentMethods.attach('pm_card_visa', { customer });
  await stripe.invoices.pay(invoice as string, { payment_method: method.id });
  return { customer, subscription };
}

beforeAll(async () => {
  emulator = await startEmulator({ port: 0 });
  stripe = new Stripe(emulator.secretKey, { host: '127.0.0.1', port: emulator.port, protocol: 'http' });
  folder = await mkdtemp(join(tmpdir(), 'lockstep-restore-'));
  const bin = await postgresBinaries();
  const backup = join(folder, 'backup.dump');
  const recurring = { interval: 'month' } as const;
  price = (await stripe.prices.create({ currency: 'usd', unit_amount: 900, recurring, product_data: { name: 'Pro' } }))
    .id;

  const { url } = await createDatabase({ template: MIGRATED });
  const seed = await start(url, systemClock);
  await seed.database.script(embeddedUsers());
  await seed.stop();
  const engine = await start(url, systemClock);
  for (const username of ['ada', 'bob', 'carol']) await addUser(engine, username);
  await engine.billing!.customers.ensure({ username: 'ada' });
  await engine.poll();
  await engine.drain();
  await run(join(bin, 'pg_dump'), ['--format=custom', `--file=${backup}`, url]);

  const ada = await subscribe(engine, 'ada');
  const bob = await subscribe(engine, 'bob');
  const carol = await subscribe(engine, 'carol');
  await addUser(engine, 'lost');
  const lost = await engine.billing!.customers.ensure({ username: 'lost' });
  await engine.drain();
  await engine.stop();
  made = { ada: ada.subscription, bob: bob.customer, carol: carol.subscription, lost: lost.id };

  const restore = async (roles?: Partial<Roles>): Promise<Engine> => {
    const copy = await createDatabase();
    await run(join(bin, 'pg_restore'), ['--no-owner', `--dbname=${copy.url}`, backup]);
    return start(copy.url, laterClock, roles);
  };
  quiet = await restore({ feed: false });
  restored = await restore();
}, 120_000);
afterAll(async () => {
  await quiet?.stop();
  await restored?.stop();
  await emulator?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('a user whose customer was created after the backup gets no second one, even at once', async () => {
  expect(await quiet.billing!.customers.ensure({ username: 'bob' })).toEqual({ id: made.bob, created: false });
  const created = (await stripe.customers.list({ limit: 100 })).data.filter(({ email }) => email === 'bob@example.com');
  expect(created.map(({ id }) => id)).toEqual([made.bob]);
});

test('a user whose subscription was created after the backup gets no second one', async () => {
  for (const username of ['ada', 'bob']) {
    const again = restored.billing!.subscriptions.create({ user: { username }, price });
    await expect(again).rejects.toMatchObject({ code: 'already_subscribed' });
  }
  expect((await stripe.subscriptions.list({ status: 'all' })).data).toHaveLength(3);
});

test('a new user with the id of one who was lost does not get the customer of that one', async () => {
  const id = await addUser(restored, 'eve');
  const lost = (await stripe.customers.retrieve(made.lost)) as Stripe.Customer;
  expect(Object.values(lost.metadata)).toContain(id);
  await restored.poll();
  await restored.drain();
  const asked = restored.billing!.customers.ensure({ username: 'eve' });
  await expect(asked).rejects.toMatchObject({ code: 'customer_taken' });
});

test('profiles have the ids again, also of users who ask for nothing', async () => {
  await restored.poll();
  await restored.drain();
  const profileOf = async (username: string) =>
    (await restored.users!.profile((await restored.users!.find({ username })).id))!;
  const isBack = async (): Promise<boolean> => (await profileOf('carol')).subscriptionId === made.carol;
  await eventually(isBack, "carol's profile has both ids");
  expect((await profileOf('bob')).customerId).toBe(made.bob);
  expect((await profileOf('ada')).subscriptionId).toBe(made.ada);
});

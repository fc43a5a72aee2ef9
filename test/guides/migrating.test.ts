import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEmulator, type Emulator } from '../../emulator/src/emulator.js';
import type { Engine } from '../peers/engine.js';
import { install } from '../peers/install.js';
import { peerContestant, peerPackages } from '../peers/peer.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { temporaryDirectory } from '../support/demo.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { openShell, type Shell, type Started } from '../support/shell.js';
import { commandsOf } from './snippets.js';

const GUIDE = 'migrating-from-another-sync-engine.md';
const OLD_URL = 'http://127.0.0.1:9/old-webhooks';
/** The emulator has no limits to be kept, and a whole account is listed four times here. */
const rates = { ratePerEndpoint: 500, rateTotal: 500 };
const AsyncFunction = (async () => {}).constructor as new (...text: string[]) => (...given: unknown[]) => Promise<void>;

/** A row on which the two disagree. */
interface Disagreement {
  id: string;
  old: string | null;
  new: string | null;
}

describe.each(Object.entries(peerPackages))('from %s, with tables that it made and filled itself', (name, peer) => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let database: TestDatabase;
  let client: pg.Client;
  let emulator: Emulator;
  let stripe: Stripe;
  let old: Engine;
  let shell: Shell;
  let service: Started | undefined;
  let port: number;
  let ada: Stripe.Customer;
  let subscription: Stripe.Subscription;

  beforeAll(async () => {
    const [installed, ...rest] = await Promise.all([
      install(peer.package, peer.version),
      temporaryDirectory(),
      createDatabase(),
      startEmulator({ port: 0, retryDelaysMs: Array.from({ length: 20 }, () => 250) }),
      freePort(),
    ]);
    [directory, database, emulator, port] = rest;
    stripe = new Stripe(emulator.secretKey, emulator.sdk);
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const contestant = peerContestant(peer, { name, options: {}, said: '', folder: installed.folder });
    await contestant.migrate(database.url);
    old = await contestant.start({ databaseUrl: database.url, stripePort: emulator.port });
    await stripe.webhookEndpoints.create({ url: OLD_URL, enabled_events: ['*'] });

    const price = await stripe.prices.create({
      ...{ currency: 'usd', unit_amount: 900, product_data: { name: 'Pro' } },
      recurring: { interval: 'month' },
    });
    ada = await stripe.customers.create({ name: 'Ada', email: 'ada@example.com' });
    const card = await stripe.paymentMethods.attach('pm_card_visa', { customer: ada.id });
    const items = [{ price: price.id }];
    subscription = await stripe.subscriptions.create({
      ...{ customer: ada.id, items, default_payment_method: card.id },
    });
    // One of the two overlooks what was made in the second in which it begins, and does not list it again.
    await sleep(2_500);
    await old.backfill(['customer', 'product', 'price', 'subscription', 'invoice']).done;

    const folder = join(directory.path, 'app');
    mkdirSync(folder);
    shell = openShell({
      bin: join(directory.path, 'bin'),
      folder,
      env: {
        ...{ DATABASE_URL: database.url, STRIPE_SECRET_KEY: emulator.secretKey, STRIPE_API_BASE: emulator.url },
        ...{ PORT: String(port), STRIPE_WEBHOOK_SECRET: `whsec_${'migrating'.repeat(4)}` },
      },
    });
  }, 240_000);
  afterAll(async () => {
    await service?.stop();
    await old?.stop();
    await client?.end();
    await emulator?.stop();
    await database?.drop();
    await directory?.remove();
  });

  const query = async <Row>(says: string): Promise<Row[]> => {
    const answer = (await client.query(commandsOf(GUIDE, says))) as pg.QueryResult | pg.QueryResult[];
    return (Array.isArray(answer) ? answer.flatMap(({ rows }) => rows as Row[]) : answer.rows) as Row[];
  };
  const sdk = async (says: string): Promise<unknown[]> => {
    const printed: unknown[] = [];
    const out = { log: (value: unknown) => printed.push(value) };
    const run = new AsyncFunction('stripe', 'address', 'oldUrl', 'console', commandsOf(GUIDE, says));
    await run(stripe, `http://127.0.0.1:${port}`, OLD_URL, out);
    return printed;
  };
  const file = (): string => join(directory.path, 'app', 'lockstep.config.json');
  const compared = { supabase: 'run compare supabase', stripe: 'run compare stripe' }[name] as string;

  test('1. the old schema is refused, and left alone; beside it there is room', async () => {
    await expect(shell.shell(commandsOf(GUIDE, 'run beside'))).rejects.toThrow(/schema_taken/);
    writeFileSync(file(), JSON.stringify({ ...rates, ...(JSON.parse(commandsOf(GUIDE, 'run config')) as object) }));
    await shell.shell(commandsOf(GUIDE, 'run beside'));
  });

  test('2. everything is read, and proven', async () => {
    expect(await shell.shell(commandsOf(GUIDE, 'run read'))).toMatch(/in step/);
  });

  test('3. with a second endpoint both follow: the new one is told of a change', async () => {
    const [secret] = await sdk('run endpoint');
    expect(secret).toMatch(/^whsec_/);
    service = shell.start(`env STRIPE_WEBHOOK_SECRET=${String(secret)} ${commandsOf(GUIDE, 'run serve').trim()}`);
    await service.says(/"url":"(http:[^"]+)"/);
    await stripe.customers.update(ada.id, { email: 'ada@example.org' });
    await eventually(async () => {
      const { rows } = await client.query<{ email: string }>('select email from stripe_mirror.customers');
      return rows[0]?.email === 'ada@example.org';
    }, 'the new mirror has the change');
  });

  test('4. the rows on which both disagree are the ones that the old engine has wrong', async () => {
    // Its endpoint was away, as on every day that one of its deliveries is lost.
    const row = { type: 'customer', id: ada.id, old: 'ada@example.com', new: 'ada@example.org' };
    expect(await query<Disagreement>(compared)).toEqual([row]);
    await client.query('create table app_subscriptions (user_id integer, stripe_subscription_id text, status text)');
    await client.query(`insert into app_subscriptions values (1, $1, 'trialing')`, [subscription.id]);
    expect(await query('run compare own')).toEqual([{ id: subscription.id, old: 'trialing', new: 'active' }]);
  });

  test('5. a query that is not touched reads the views, and after the way back the old tables', async () => {
    if (name === 'supabase') {
      // The newer engine makes its columns of Stripe's specification, and here there is a short one.
      expect(await query('run query')).toEqual([{ email: 'ada@example.com', status: 'active', paid_for: null }]);
    }
    await query('run views');
    expect(await query('run query')).toEqual([{ email: 'ada@example.org', status: 'active', paid_for: true }]);
    await query('run views back');
    expect(await query<Disagreement>(compared)).toHaveLength(1);
    await query('run views');
  });

  test('7. the old endpoint goes, the mirror takes the plain name, and is in step', async () => {
    await sdk('run remove');
    expect((await stripe.webhookEndpoints.list()).data.map(({ url }) => url)).toEqual([
      `http://127.0.0.1:${port}/stripe-webhooks`,
    ]);
    await old.stop();
    await client.query('drop schema stripe_old cascade');
    await service?.stop();
    service = undefined;
    await query('run rename');
    writeFileSync(file(), JSON.stringify(rates));
    expect(await shell.shell(commandsOf(GUIDE, 'run last'))).toMatch(/in step/);
    expect(await query('run query').catch((error: Error) => error.message)).toMatch(/current_period_end/);
  });
});

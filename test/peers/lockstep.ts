import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, type Running } from '../support/command.js';
import { eventually } from '../support/eventually.js';
import { SECRET } from './courier.js';
import type { Contestant, Engine } from './engine.js';
import { readMirror, type Layout } from './mirror-rows.js';
import type { Kind } from './object.js';

const layout: Layout = {
  object: 't.data',
  deleted: {
    customer: 't.deleted',
    product: 't.deleted',
    price: 't.deleted',
    subscription: 't.deleted',
    invoice: 't.deleted',
  },
  children: {
    subscription: { table: 'subscription_items', owner: 't.owner', deleted: 't.deleted' },
    invoice: { table: 'invoice_line_items', owner: 't.owner', deleted: 't.deleted' },
  },
};

/** What the sweep at a start of `serve` lists, one type after the other. */
export const sweptKinds: readonly Kind[] = ['customer', 'product', 'price', 'subscription'];
const REST_MS = 60_000;

/** This repository's built command: `lockstep serve`, nothing else configured than the addresses and the rate. */
export const lockstep: Contestant = {
  name: 'Lockstep',
  configuration:
    '`lockstep serve --rate 5000 --rate-per-endpoint 5000` as built from this repository; its backfill and its repair ' +
    'are the sweep that each start of `serve` begins with (customers, products, prices, subscriptions)',
  async migrate(databaseUrl) {
    const command = runCommand(['migrate'], { cwd: tmpdir(), env: { DATABASE_URL: databaseUrl } });
    if ((await command.ended) !== 0) throw new Error(command.output());
  },
  async start({ databaseUrl, stripePort }) {
    const directory = mkdtempSync(join(tmpdir(), 'lockstep-peers-'));
    const serve = (): Running =>
      runCommand(
        ['serve', '--port', '0', '--rate', '5000', '--rate-per-endpoint', '5000', '--directory', join(directory, 'l')],
        {
          cwd: directory,
          env: {
            DATABASE_URL: databaseUrl,
            STRIPE_API_BASE: `http://127.0.0.1:${stripePort}`,
            STRIPE_SECRET_KEY: 'sk_test_peers',
            STRIPE_WEBHOOK_SECRET: SECRET,
          },
        },
      );
    let service = serve();
    let url = await addressOf(service);
    await swept(service);

    const engine: Engine = {
      webhookUrl: () => `${url}/stripe-webhooks`,
      backfill() {
        const started = (async () => {
          await service.end('SIGTERM');
          service = serve();
          url = await addressOf(service);
        })();
        return { started, done: started.then(() => swept(service)) };
      },
      async rest() {
        const dirty = async (): Promise<number> =>
          ((await (await fetch(`${url}/readyz`)).json()) as { dirty: number }).dirty;
        await eventually(async () => (await dirty()) === 0, `nothing is marked:\n${service.output()}`, REST_MS);
      },
      rows: () => readMirror(databaseUrl, layout),
      alive: () => service.child.exitCode === null && service.child.signalCode === null,
      async stop() {
        await service.end('SIGTERM');
        rmSync(directory, { recursive: true, force: true });
      },
    };
    return engine;
  },
};

async function addressOf(service: Running): Promise<string> {
  const [, url = ''] = await service.says(/"url":"(http:[^"]+)"/);
  return url;
}

const swept = async (service: Running): Promise<void> =>
  void (await eventually(
    async () => (service.output().match(/"event":"sweep\.(finished|failed)"/g)?.length ?? 0) >= sweptKinds.length,
    'the sweep has ended',
    REST_MS,
  ));

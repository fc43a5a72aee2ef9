import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, type Running } from '../support/command.js';
import { eventually } from '../support/eventually.js';
import { SECRET } from './courier.js';
import type { Contestant, Engine } from './engine.js';
import { readMirror, type Layout } from './mirror-rows.js';

const TOKEN = 'a-token-for-the-contest';
const bearer = { headers: { authorization: `Bearer ${TOKEN}` } };

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

const REST_MS = 60_000;

/** This repository's built command: `lockstep serve`, nothing else configured than the addresses and the rate. */
export const lockstep: Contestant = {
  name: 'Lockstep',
  configuration:
    '`lockstep serve --rate 5000 --rate-per-endpoint 5000` as built from this repository; its way to read everything is ' +
    '`lockstep backfill`, then `lockstep verify --repair`, of the types in question, beside the running service',
  async migrate(databaseUrl) {
    const command = runCommand(['migrate'], { cwd: tmpdir(), env: { DATABASE_URL: databaseUrl } });
    if ((await command.ended) !== 0) throw new Error(command.output());
  },
  async start({ databaseUrl, stripePort }) {
    const directory = mkdtempSync(join(tmpdir(), 'lockstep-peers-'));
    const run = (...args: string[]): Running =>
      runCommand([...args, '--rate', '5000', '--rate-per-endpoint', '5000', '--directory', join(directory, 'l')], {
        cwd: directory,
        env: {
          DATABASE_URL: databaseUrl,
          STRIPE_API_BASE: `http://127.0.0.1:${stripePort}`,
          STRIPE_SECRET_KEY: 'sk_test_peers',
          STRIPE_WEBHOOK_SECRET: SECRET,
          LOCKSTEP_TOKEN: TOKEN,
        },
      });
    const config = join(directory, 'config.json');
    writeFileSync(config, JSON.stringify({ sweepEveryMs: 0, sweepRecentEveryMs: 0, catchUpEveryMs: 0 }));
    // Nothing is repaired before it is asked for, so that a loss is seen to be repaired by what repairs it.
    const service = run('serve', '--port', '0', '--config', config);
    const [, url = ''] = await service.says(/"url":"(http:[^"]+)"/);

    const engine: Engine = {
      webhookUrl: () => `${url}/stripe-webhooks`,
      backfill(kinds) {
        const read = async (): Promise<void> => {
          await ended(run('backfill', ...kinds), 0);
          await ended(run('verify', '--repair', ...kinds), 0, 1);
        };
        return { started: Promise.resolve(), done: read() };
      },
      async rest() {
        const dirty = async (): Promise<number> =>
          ((await (await fetch(`${url}/readyz`, bearer)).json()) as { dirty: number }).dirty;
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

async function ended(command: Running, ...expected: number[]): Promise<void> {
  const code = await command.ended;
  if (!expected.includes(code as number)) throw new Error(`it ended with ${code}:\n${command.output()}`);
}

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { SECRET } from './courier.js';
import type { Contestant } from './engine.js';
import { ACCOUNT } from './fake-stripe.js';
import { readMirror, type Layout } from './mirror-rows.js';

export interface PeerPackage {
  package: string;
  version: string;
  layout: Layout;
}

/** The two generations of the engine that most people use. */
export const peerPackages = {
  supabase: {
    package: '@supabase/stripe-sync-engine',
    version: '0.48.5',
    layout: {
      object: 'to_jsonb(t)',
      deleted: { customer: 'coalesce(t.deleted, false)', invoice: `t.status::text = 'deleted'` },
      children: {
        subscription: { table: 'subscription_items', owner: 't.subscription', deleted: 'coalesce(t.deleted, false)' },
      },
    },
  },
  stripe: {
    package: '@stripe/sync-engine',
    version: '1.0.32',
    layout: {
      object: 't._raw_data',
      deleted: { customer: `coalesce((t._raw_data->>'deleted')::boolean, false)` },
      children: {
        subscription: {
          table: 'subscription_items',
          owner: `t._raw_data->>'subscription'`,
          deleted: `coalesce((t._raw_data->>'deleted')::boolean, false)`,
        },
      },
    },
  },
} as const satisfies Record<string, PeerPackage>;

const HOST = fileURLToPath(new URL('./peer-host.mjs', import.meta.url));
const SPECIFICATION = fileURLToPath(new URL('./peer-tables.json', import.meta.url));

export interface PeerOptions {
  name: string;
  /** The peer's own options, besides addresses and secrets. */
  options: Readonly<Record<string, unknown>>;
  /** The same for people. */
  said: string;
  /** Where the package is installed. */
  folder: string;
}

/** A peer in one configuration, each start in a process of its own. */
export function peerContestant(peer: PeerPackage, { name, options, said, folder }: PeerOptions): Contestant {
  const open = (databaseUrl: string, stripePort = 0): Promise<Host> =>
    startHost({ folder, package: peer.package, databaseUrl, stripePort, options });
  return {
    name,
    configuration: `\`${peer.package}\` ${peer.version}, ${said}`,
    async migrate(databaseUrl) {
      const host = await open(databaseUrl);
      try {
        await host.order('migrate');
      } finally {
        await host.end();
      }
    },
    async start({ databaseUrl, stripePort }) {
      const host = await open(databaseUrl, stripePort);
      const port = (await host.order('start')) as number;
      return {
        webhookUrl: () => `http://127.0.0.1:${port}/webhooks`,
        backfill: (kinds) => ({
          started: Promise.resolve(),
          done: host.order('backfill', { kinds }).then(() => undefined),
        }),
        rest: () => Promise.resolve(), // it answers when it has written
        rows: () => readMirror(databaseUrl, peer.layout),
        alive: () => host.child.exitCode === null && host.child.signalCode === null,
        stop: () => host.end(),
      };
    },
  };
}

interface Host {
  child: ChildProcess;
  order(what: string, more?: object): Promise<unknown>;
  end(): Promise<void>;
}

interface Answer {
  number?: number;
  ready?: true;
  value?: unknown;
  error?: string;
}

async function startHost(facts: Record<string, unknown>): Promise<Host> {
  const { PATH = '', HOME = '' } = process.env;
  const PEER = JSON.stringify({ ...facts, secret: SECRET, account: ACCOUNT, specification: SPECIFICATION });
  const child = fork(HOST, {
    env: { PATH, HOME, PEER },
    execArgv: ['--max-old-space-size=1024'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-5_000)));
  const waiting = new Map<number, (answer: Answer) => void>();
  const ready = new Promise<void>((resolve, reject) => {
    child.on('message', (answer: Answer) => {
      if (answer.ready === true) resolve();
      else waiting.get(answer.number ?? -1)?.(answer);
    });
    child.once('exit', (code, signal) => {
      const error = `the peer's process ended (${String(code ?? signal)}):\n${errors}`;
      reject(new Error(error));
      for (const settle of waiting.values()) settle({ error });
    });
  });
  await ready;
  let number = 0;
  return {
    child,
    order(what, more = {}) {
      number += 1;
      const mine = number;
      return new Promise((resolve, reject) => {
        waiting.set(mine, ({ value, error }) => (error === undefined ? resolve(value) : reject(new Error(error))));
        child.send({ number: mine, order: what, ...more });
      });
    },
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL'); // it may be in a loop that never ends
      await exited;
    },
  };
}

import { createCustomers, type Customers } from '../billing/customers.js';
import { createOwnWrites, type OwnWrites } from '../billing/own-writes.js';
import { createProfiles, readBlanks, type Profiles } from '../billing/profiles.js';
import { createSubscriptions, type Subscriptions } from '../billing/subscriptions.js';
import { createUsers, missingPart, UsersOptions, type Users, type UsersConfig } from '../billing/users.js';
import { createPollFeed } from '../feeds/poll.js';
import { createSweep, type Swept } from '../feeds/sweep.js';
import { createWebhookFeed, type WebhookFeed } from '../feeds/webhook.js';
import { createInbox } from '../inbox/inbox.js';
import type { Clock } from '../kernel/clock.js';
import { LockstepError } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import { createMirror, type Mirror } from '../mirror/mirror.js';
import type { ObjectKey, Source } from '../mirror/source.js';
import type { Database, Queryable } from '../store/database.js';
import { createGateway, type Gateway, type StripeObject } from '../stripe/gateway.js';
import type { Settled } from '../sync/settle.js';
import { createWorker } from '../sync/worker.js';
import * as v from 'valibot';
import { bindSource } from './bind.js';
import type { Config } from './config.js';
import { migrateDatabase, openDatabase } from './database.js';
import { readStatus, type Status } from './status.js';

/** What changed in the mirror, as the console and the demo follow it. After the commit. */
export type Change = ObjectKey & { how: 'shown' | Settled };

export interface Engine {
  readonly config: Config;
  readonly source: Source;
  readonly database: Database;
  readonly mirror: Mirror;
  readonly gateway: Gateway;
  /** null while the feed is `poll`. */
  readonly webhook: WebhookFeed | null;
  /** null where the app's tables are not configured or not there. */
  readonly billing: Billing | null;
  /** Lists the types now and repairs what differs. The profile rows are set anew. */
  sweep(types?: readonly string[]): Promise<Swept>;
  /** Reads `/v1/events` once, now. */
  poll(): Promise<number>;
  status(): Promise<Status>;
  onChange(listener: (change: Change) => void): () => void;
  /** Whether the database answers. */
  ready(): Promise<boolean>;
  /** Takes nothing new, finishes what was accepted, closes. A second call does nothing more. */
  stop(): Promise<void>;
}

export interface Billing {
  users: Users;
  customers: Customers;
  subscriptions: Subscriptions;
  ownWrites: OwnWrites;
}

export interface EngineParts {
  clock: Clock;
  log: Log;
  /** Opened already; the engine closes it. Default: opened from the configuration. */
  database?: Database;
  /** Whether the database has been migrated. Default false: the engine does. */
  migrated?: boolean;
}

/** The one composition root: `serve`, the demo and the tests start this. */
export async function startEngine(config: Config, parts: EngineParts): Promise<Engine> {
  const database = parts.database ?? (await openDatabase(config, parts.log));
  try {
    if (parts.migrated !== true) await migrateDatabase(database, config);
    return await compose(config, database, parts);
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function compose(config: Config, database: Database, { clock, log }: EngineParts): Promise<Engine> {
  const gateway = createGateway({
    secretKey: config.stripeKey,
    apiBase: config.stripeApiBase,
    rates: { perEndpoint: config.ratePerEndpoint, total: config.rateTotal },
    clock,
  });
  const source = await bindSource({ database, gateway, configured: config.stripeAccount, log });
  const mirror = createMirror(config.mirrorSchema);
  const usersConfig = await usersOf(config, database, log);
  const profiles = usersConfig === null ? null : await openProfiles(database, config, source, usersConfig);
  const listeners = new Set<(change: Change) => void>();
  const tell = (change: Change): void => listeners.forEach((listener) => listener(change));
  const follow = async (tx: Queryable, key: ObjectKey, after: StripeObject | null): Promise<void> => {
    await profiles?.follow(tx, { type: key.type, id: key.id, after });
  };

  const worker = createWorker({
    ...{ database, mirror, gateway, source, clock, log },
    ...{ concurrency: config.concurrency, leaseMs: config.leaseMs, acceptMissing: config.acceptMissing },
    onProof: (tx, proof) => follow(tx, proof, proof.after),
    onSettled: (key, how) => tell({ ...key, how }),
  });
  const inbox = createInbox({
    ...{ database, mirror, clock, log },
    onAccepted: (shown) => {
      worker.wake();
      for (const key of shown) tell({ ...key, how: 'shown' });
    },
  });
  const poll = createPollFeed({ database, gateway, inbox, source, clock, log, everyMs: config.pollEveryMs });
  const sweep = createSweep({
    ...{ database, mirror, gateway, source, clock, log },
    types: config.sweepTypes,
    everyMs: config.sweepEveryMs === 0 ? undefined : config.sweepEveryMs,
    onInserted: follow,
    onSwept: worker.wake,
  });
  const { webhookSecrets: secrets } = config;
  const webhook = secrets.length === 0 ? null : createWebhookFeed({ inbox, secrets, source, clock, log });

  worker.start();
  sweep.start();
  if (config.feed === 'poll') poll.start();
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await Promise.all([poll.stop(), sweep.stop()]);
    await inbox.stop();
    await worker.stop();
    await database.close();
  };

  return {
    ...{ config, source, database, mirror, gateway, webhook },
    billing:
      usersConfig === null
        ? null
        : createBilling({ database, mirror, gateway, source, clock, log, wake: worker.wake }, usersConfig),
    async sweep(types = config.sweepTypes) {
      const total: Swept = { listed: 0, found: 0 };
      for (const type of types) {
        const { listed, found } = await sweep.sweep(type);
        total.listed += listed;
        total.found += found;
      }
      if (profiles !== null) total.found += await database.transaction((tx) => profiles.followAll(tx));
      return total;
    },
    poll: () => poll.poll(),
    status: () => readStatus(database, source, config.sweepTypes, worker.paused()),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    ready: () =>
      database.query({ text: 'select 1', values: [] }).then(
        () => true,
        () => false,
      ),
    stop: () => (stopping ??= stop()),
  };
}

async function usersOf(config: Config, database: Database, log: Log): Promise<UsersConfig | null> {
  if (config.users === null) return null;
  const users = config.users ?? v.parse(UsersOptions, {});
  const missing = await missingPart(database, users);
  if (missing === undefined) return users;
  if (config.users !== undefined) {
    throw new LockstepError('option_invalid', `there is no ${missing} in this database`, {
      hint: 'correct the option users, or set it to null',
    });
  }
  log.info({ event: 'users.absent', missing });
  return null;
}

async function openProfiles(database: Database, config: Config, source: Source, users: UsersConfig): Promise<Profiles> {
  const blanks = await readBlanks(database, users);
  const profiles = createProfiles({ source, mirrorSchema: config.mirrorSchema, config: users, blanks });
  await database.transaction((tx) => profiles.adopt(tx));
  return profiles;
}

interface BillingParts {
  database: Database;
  mirror: Mirror;
  gateway: Gateway;
  source: Source;
  clock: Clock;
  log: Log;
  wake: () => void;
}

function createBilling(parts: BillingParts, config: UsersConfig): Billing {
  const users = createUsers(parts.database, config);
  const ownWrites = createOwnWrites(parts);
  const customers = createCustomers({ ...parts, users, ownWrites });
  return { users, customers, ownWrites, subscriptions: createSubscriptions({ ...parts, customers, ownWrites }) };
}

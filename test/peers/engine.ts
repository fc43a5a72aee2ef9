import type { MirrorRow } from './compare.js';
import type { Kind } from './object.js';

/** An engine in one configuration: a column of the table. */
export interface Contestant {
  /** Short, for the head of the column. */
  name: string;
  /** Package or command, version and options, for people. */
  configuration: string;
  /** Brings an empty database to the engine's schema. */
  migrate(databaseUrl: string): Promise<void>;
  /** Starts on a migrated database, bound to a Stripe at this port of the loopback interface. */
  start(options: { databaseUrl: string; stripePort: number }): Promise<Engine>;
}

/** A running engine. */
export interface Engine {
  /** Where it takes webhooks now. */
  webhookUrl(): string;
  /** The engine's own way to read everything from Stripe's lists. Webhooks are taken meanwhile once `started` resolves. */
  backfill(kinds: readonly Kind[]): Backfill;
  /** Resolves when it has nothing left to do for what it acknowledged. */
  rest(): Promise<void>;
  /** What its tables hold. */
  rows(): Promise<MirrorRow[]>;
  /** Whether it is still running; false: it ended by itself. */
  alive(): boolean;
  stop(): Promise<void>;
}

export interface Backfill {
  started: Promise<void>;
  /** Fails where the engine reports a failure. */
  done: Promise<void>;
}

import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Config } from '../engine/config.js';
import type { Engine } from '../engine/engine.js';

/** A running engine, the options it was started with, and its holders. */
interface Shared {
  digest: string;
  holders: Set<object>;
  engine: Promise<Engine>;
}

/**
 * The registry is on `globalThis`, because bundlers and development servers may load an app's modules several times
 * into one process, and each copy of a module has its own variables. Without it, a process could have two engines on
 * one PostgreSQL, and a second one on the embedded database would be refused.
 */
const REGISTRY = Symbol.for('lockstep.engines');

function registry(): Map<string, Shared> {
  const holder = globalThis as { [REGISTRY]?: Map<string, Shared> };
  return (holder[REGISTRY] ??= new Map());
}

export interface EngineRequest {
  config: Config;
  /** What else an engine depends on: how it runs, and its hooks. */
  started: unknown;
  start: () => Promise<Engine>;
}

/**
 * Returns the engine of this process for that database. A running engine with the same options is shared. One with
 * other options is stopped first, and a new one is started. The engine runs until its last holder releases it.
 */
export function acquire(holder: object, { config, started, start }: EngineRequest): Promise<Engine> {
  const engines = registry();
  const key = keyOf(config);
  const digest = digestOf({ config, started });
  const standing = engines.get(key);
  if (standing?.digest === digest) {
    standing.holders.add(holder);
    return standing.engine;
  }
  const begin = async (): Promise<Engine> => {
    await (await standing?.engine.catch(() => undefined))?.stop();
    return start();
  };
  const shared: Shared = { digest, holders: new Set([holder]), engine: begin() };
  engines.set(key, shared);
  shared.engine.catch(() => forget(key, shared)); // the next call starts another one
  return shared.engine;
}

/** Releases the holder's engine. Stops it if no other holder uses it. */
export async function release(holder: object): Promise<void> {
  for (const [key, shared] of registry()) {
    if (!shared.holders.delete(holder) || shared.holders.size > 0) continue;
    shared.digest = ''; // the next call starts another one, after this one has ended
    try {
      await (await shared.engine.catch(() => undefined))?.stop();
    } finally {
      forget(key, shared);
    }
  }
}

function forget(key: string, shared: Shared): void {
  if (registry().get(key) === shared) registry().delete(key);
}

function keyOf({ databaseUrl, directory, mirrorSchema }: Config): string {
  return `${databaseUrl ?? resolve(directory)} ${mirrorSchema}`;
}

// Functions are compared by their text: a module that is loaded again has a new function with the same text.
function digestOf(wanted: unknown): string {
  const text = JSON.stringify(wanted, (_, value: unknown) => (typeof value === 'function' ? String(value) : value));
  return createHash('sha256').update(text).digest('hex');
}

import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Config } from '../engine/config.js';
import type { Engine } from '../engine/engine.js';

/** What one engine was started for, and who uses it. */
interface Shared {
  digest: string;
  holders: Set<object>;
  engine: Promise<Engine>;
}

/**
 * On `globalThis`: bundlers and development servers load an app's modules several times into one process, and each copy
 * of a module has its own variables. Two engines on one database would be allowed on PostgreSQL, and refused by an embedded one.
 */
const REGISTRY = Symbol.for('lockstep.engines');

function registry(): Map<string, Shared> {
  const holder = globalThis as { [REGISTRY]?: Map<string, Shared> };
  return (holder[REGISTRY] ??= new Map());
}

export interface EngineRequest {
  config: Config;
  /** Whatever else makes the engine another one: how it runs, its hooks. */
  started: unknown;
  start: () => Promise<Engine>;
}

/**
 * The engine of this process for that database: the one that runs where it was started for the same options, else a new
 * one, after another one has stopped. It runs until its last holder lets go.
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

/** Stops the engine that the holder was the last one to use. */
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

// A function counts by its text: a module that is loaded again brings a new function with the same one.
function digestOf(wanted: unknown): string {
  const text = JSON.stringify(wanted, (_, value: unknown) => (typeof value === 'function' ? String(value) : value));
  return createHash('sha256').update(text).digest('hex');
}

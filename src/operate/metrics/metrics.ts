/*
 * `/metrics`, for Prometheus. Files in reading order:
 * - `metrics.ts`: the page. It joins what this process counted (`engine/counters.ts`) with what is known of the mirror
 * - `gauges.ts`: what is known of the mirror, by name; `fill-gauges.ts`: the same facts that the status shows
 */
import { collectDefaultMetrics, Registry } from 'prom-client';
import { API_VERSION } from '../../catalog/generated/api-version.js';
import type { Engine } from '../../engine/engine.js';
import { version } from '../../kernel/version.js';
import { sql } from '../../store/sql.js';
import { readMirrorFacts, type MirrorFacts } from '../mirror-facts.js';
import { fillGauges } from './fill-gauges.js';
import { createGauges, type Gauges } from './gauges.js';

/** The page at `/metrics`. */
export interface Metrics {
  readonly contentType: string;
  /** The text of the page. Answers also while the database is away, at the latest after two seconds. */
  text(): Promise<string>;
}

export type MeasuredEngine = Pick<Engine, 'config' | 'clock' | 'database' | 'health' | 'counters'>;

/** A page is shared for so long, so that reading it often costs the database nothing. */
const SHARED_MS = 1_000;
/** So long it waits for an answer of the database. */
const PATIENCE_MS = 1_000;

export function createMetrics(engine: MeasuredEngine): Metrics {
  const { counters, clock, config, health } = engine;
  const gauges = createGauges();
  const database = config.databaseUrl === undefined ? 'embedded' : 'postgres';
  gauges.buildInfo.set({ version: version(), api_version: API_VERSION, database }, 1);
  let ofProcess: Registry | undefined;
  let reading: Promise<Read> | undefined;
  let shared: { at: number; text: string } | undefined;

  const inTime = <T>(work: Promise<T>): Promise<T | null> => {
    const over = new AbortController();
    const late = clock.sleep(PATIENCE_MS, over.signal).then(() => null);
    return Promise.race([work.catch(() => null), late]).finally(() => over.abort());
  };
  // One that takes long is not begun a second time.
  const read = (): Promise<Read> => (reading ??= readAll(engine).finally(() => (reading = undefined)));

  return {
    contentType: counters.registry.contentType,
    async text() {
      const now = clock.now().getTime();
      if (shared !== undefined && Math.abs(now - shared.at) < SHARED_MS) return shared.text;
      const isUp = (await inTime(health.probe()))?.ok === true;
      const found = isUp ? await inTime(read()) : null;
      gauges.databaseUp.set(Number(isUp));
      if (found !== null) fill(gauges, found);
      const parts = [counters.registry, gauges.registry, (ofProcess ??= processRegistry())];
      const text = (await Promise.all(parts.map((registry) => registry.metrics()))).join('\n');
      shared = { at: now, text };
      return text;
    },
  };
}

interface Read {
  facts: MirrorFacts;
  inboxBytes: number;
}

async function readAll({ database, config, clock }: MeasuredEngine): Promise<Read> {
  const facts = await readMirrorFacts({ database, config, clock });
  const [inbox] = await database.query<{ bytes: number }>(inboxBytes);
  return { facts, inboxBytes: inbox?.bytes ?? 0 };
}

function fill(gauges: Gauges, { facts, inboxBytes: bytes }: Read): void {
  fillGauges(gauges, facts);
  gauges.inboxBytes.set(bytes);
}

const inboxBytes = sql`
  select coalesce(sum(pg_total_relation_size(i.inhrelid)), 0)::bigint as bytes
  from pg_inherits i where i.inhparent = 'lockstep.inbox'::regclass`;

/** The process itself: memory, processor time, and how late the event loop is. Begins with the first reader. */
function processRegistry(): Registry {
  const register = new Registry();
  collectDefaultMetrics({ register });
  return register;
}

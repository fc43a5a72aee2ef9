import type { BackfillState } from '../../../src/listing/backfill-progress.js';
import type { Closing, OpenFinding } from '../../../src/listing/drift/drift-record.js';
import type { SweepKey } from '../../../src/listing/sweep-history.js';
import type { ObjectKey, Source } from '../../../src/kernel/source.js';
import type { ErasedObject, Mirrored } from '../../../src/mirror/mirror.js';
import { createStore, type Store, type Table } from './store.js';

/** The tables of `migrations/`, and those of the mirror, as far as a port reads them. */
export interface Memory {
  store: Store;
  marks: Table<MarkRow>;
  inbox: Table<EventRow>;
  sources: Table<SourceRow>;
  cursors: Table<{ position: Date }>;
  missingRuns: Table<{ length: number }>;
  sweeps: Table<SweepRow>;
  drift: Table<DriftRow>;
  backfills: Table<BackfillRow>;
  hooks: Table<HookRow>;
  deliveries: Table<DeliveryRow>;
  /** All mirror tables in one: the type is part of the key. */
  mirror: Table<MirrorRow>;
  /** The stubs of what was erased. */
  erased: Table<ErasedObject>;
}

export interface MarkRow extends ObjectKey {
  gen: number;
  firstGen: number;
  provenGen: number | null;
  hintedAt: Date;
  dueAt: Date;
  parents: Record<string, string>;
  token: number | null;
  leasedUntil: Date | null;
  shown: boolean;
  suspended: boolean;
  prior: { data: unknown } | null;
  heard: boolean;
  events: readonly string[];
  attempts: number;
  reason: string | null;
  deadSince: Date | null;
  /** 0: urgent, 1: fresh, 2: by age. */
  rank: 0 | 1 | 2;
  rankedAt: Date | null;
}

export interface EventRow extends Source {
  created: Date;
  id: string;
  type: string;
  objectType: string | null;
  objectId: string | null;
  quarantine: string | null;
  twin: string | null;
}

export interface SourceRow extends Source {
  platform: string;
  /** The transaction that bound it. */
  boundIn: number;
}

export interface SweepRow extends SweepKey {
  startedAt: Date;
  /** By Stripe's clock. */
  beganAt: Date | null;
  finishedAt: Date | null;
  note: string | null;
}

export interface DriftRow extends OpenFinding {
  detail: string | null;
  by: string;
  repairedAt: Date | null;
  repairedBy: Closing['repairedBy'] | null;
}

export interface BackfillRow extends BackfillState {
  finished: boolean;
}

export interface HookRow {
  name: string;
  kind: string;
  topic: string;
  backfill: boolean;
  since: Date;
  seenAt: Date;
}

export interface DeliveryRow extends ObjectKey {
  gen: number;
  hook: string;
  event: string | null;
  /** JSON text. */
  payload: string;
  dueAt: Date;
  token: number | null;
  leasedUntil: Date | null;
  attempts: number;
  reason: string | null;
  deadSince: Date | null;
}

export interface MirrorRow extends ObjectKey, Mirrored {
  owner: string | null;
}

export function createTables(): Memory {
  const store = createStore();
  return {
    store,
    marks: store.table(),
    inbox: store.table(),
    sources: store.table(),
    cursors: store.table(),
    missingRuns: store.table(),
    sweeps: store.table(),
    drift: store.table(),
    backfills: store.table(),
    hooks: store.table(),
    deliveries: store.table(),
    mirror: store.table(),
    erased: store.table(),
  };
}

import type { State } from '../../../src/engine/state.js';
import { memoryDrift, memoryEvidence } from './drift.js';
import { memoryEvents } from './events.js';
import { memoryDeliveries, memoryRegistrations } from './hooks.js';
import { memoryMarks } from './marks.js';
import { memoryPageMarks } from './page-marks.js';
import { memoryMirror } from './mirror.js';
import { memoryMissingRuns } from './missing-runs.js';
import { memoryBackfills, memoryCursors } from './progress.js';
import { memorySources } from './sources.js';
import { memorySweeps } from './sweeps.js';
import { createTables, type Memory } from './tables.js';

/** Everything the core remembers, in maps: a third implementation of its ports, which passes their contract suite. */
export function createMemoryState(memory: Memory = createTables()): State {
  return {
    database: memory.store.database,
    mirror: memoryMirror(memory),
    marks: memoryMarks(memory),
    pageMarks: memoryPageMarks(memory),
    events: memoryEvents(memory),
    sources: memorySources(memory),
    missingRuns: memoryMissingRuns(memory),
    sweeps: memorySweeps(memory),
    drift: memoryDrift(memory),
    evidence: memoryEvidence(memory),
    cursors: memoryCursors(memory),
    backfills: memoryBackfills(memory),
    hookRegistrations: memoryRegistrations(memory),
    deliveries: memoryDeliveries(memory),
  };
}

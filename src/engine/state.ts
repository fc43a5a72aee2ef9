import { createChanges, type Changes } from '../changes/changes.js';
import { createStoredBackfills, type StoredBackfills } from '../listing/backfill-progress.js';
import { createCursors, type Cursors } from '../feeds/cursors.js';
import { createDriftRecord, type DriftRecord } from '../listing/drift/drift-record.js';
import { createEvidenceReader, type EvidenceReader } from '../listing/drift/evidence.js';
import { createSweepHistory, type SweepHistory } from '../listing/sweep-history.js';
import { createDeliveries, type Deliveries } from '../hooks/deliveries.js';
import { createRegistrations, type Registrations } from '../hooks/registrations.js';
import { createEvents, type Events } from '../inbox/events.js';
import { acceptAtOnce, type AcceptAtOnce } from '../inbox/accept-at-once.js';
import { createMarks, type Marks } from '../inbox/marks.js';
import { sources, type Sources } from '../inbox/sources.js';
import { createMirror, type Mirror } from '../mirror/mirror.js';
import { createMissingRuns, type MissingRuns } from '../sync/missing-runs.js';
import { createPageMarks, type PageMarks } from '../sync/pages/page-marks.js';
import type { Database } from '../store/database.js';

/** Everything the engine stores. Each field is the interface to one part of it. */
export interface State {
  database: Database;
  mirror: Mirror;
  marks: Marks;
  pageMarks: PageMarks;
  events: Events;
  sources: Sources;
  /** Absent in a store that has no functions. */
  acceptAtOnce?: AcceptAtOnce | undefined;
  missingRuns: MissingRuns;
  /** Absent in a store that keeps no changes. */
  changes?: Changes | undefined;
  sweeps: SweepHistory;
  drift: DriftRecord;
  evidence: EvidenceReader;
  cursors: Cursors;
  backfills: StoredBackfills;
  hookRegistrations: Registrations;
  deliveries: Deliveries;
}

/** Creates the state on SQL. PostgreSQL and PGlite run the same statements. */
export function createState(database: Database, mirrorSchema: string, leaveOut: readonly string[] = []): State {
  return {
    database,
    mirror: createMirror(mirrorSchema),
    marks: createMarks(database, leaveOut),
    pageMarks: createPageMarks(database, mirrorSchema),
    events: createEvents(database),
    sources,
    acceptAtOnce,
    missingRuns: createMissingRuns(database),
    changes: createChanges(database),
    sweeps: createSweepHistory(database),
    drift: createDriftRecord(database),
    evidence: createEvidenceReader(mirrorSchema),
    cursors: createCursors(database),
    backfills: createStoredBackfills(database),
    hookRegistrations: createRegistrations(database),
    deliveries: createDeliveries(database),
  };
}

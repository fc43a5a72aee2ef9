import { createBackfills, type Backfills } from '../feeds/backfills.js';
import { createCursors, type Cursors } from '../feeds/cursors.js';
import { createSweeps, type Sweeps } from '../feeds/sweeps.js';
import { createDeliveries, type Deliveries } from '../hooks/deliveries.js';
import { createKnownHooks, type KnownHooks } from '../hooks/known.js';
import { createEvents, type Events } from '../inbox/events.js';
import { createMarks, type Marks } from '../inbox/marks.js';
import { sources, type Sources } from '../inbox/sources.js';
import { createMirror, type Mirror } from '../mirror/mirror.js';
import type { Database } from '../store/database.js';

/** Everything the core remembers, each part behind its port. */
export interface State {
  database: Database;
  mirror: Mirror;
  marks: Marks;
  events: Events;
  sources: Sources;
  sweeps: Sweeps;
  cursors: Cursors;
  backfills: Backfills;
  knownHooks: KnownHooks;
  deliveries: Deliveries;
}

/** In PostgreSQL's dialect, which both databases speak. */
export function createState(database: Database, mirrorSchema: string): State {
  return {
    database,
    mirror: createMirror(mirrorSchema),
    marks: createMarks(database),
    events: createEvents(database),
    sources,
    sweeps: createSweeps(database),
    cursors: createCursors(database),
    backfills: createBackfills(database),
    knownHooks: createKnownHooks(database),
    deliveries: createDeliveries(database),
  };
}

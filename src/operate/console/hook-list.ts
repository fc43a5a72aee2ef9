import type { Queryable } from '../../store/database.js';
import { sql } from '../../store/sql.js';
import { readDeadHookGroups, type DeadHookGroup } from './dead-groups.js';

/** A hook that some process registered, and what waits for it. */
export interface HookLine {
  name: string;
  kind: 'change' | 'after' | 'event';
  topic: string;
  /** It watches from this moment. */
  since: Date;
  /** When a process last said that it runs it. */
  seenAt: Date;
  /** Runs that wait, up to 1,000. */
  waiting: number;
  oldestAt: Date | null;
  dead: number;
}

export interface HooksPage {
  hooks: HookLine[];
  dead: DeadHookGroup[];
}

/** So many runs of each hook are counted. */
const COUNTED_MAX = 1_000;

export async function readHooksPage(database: Queryable): Promise<HooksPage> {
  const hooks = await database.query<HookLine>(sql`
    select h.name, h.kind, h.topic, h.since, h.seen_at as "seenAt", w.waiting, w.dead, w."oldestAt"
    from lockstep.hooks h cross join lateral (
      select count(*) as waiting, count(d.dead_since) as dead, min(d.made_at) as "oldestAt" from (
        select made_at, dead_since from lockstep.hook_deliveries where hook = h.name order by hook, due_at limit ${COUNTED_MAX}
      ) d
    ) w order by h.name`);
  return { hooks, dead: await readDeadHookGroups(database) };
}

import type { ObjectKey } from '../../kernel/source.js';
import type { Cause } from '../../listing/drift/cause.js';
import type { Queryable } from '../../store/database.js';
import { sql } from '../../store/sql.js';
import type { StoryDrift } from '../explain.js';
import { readDriftCauses, type DriftCause } from '../read-drift.js';

export interface DriftFilter {
  cause?: Cause | undefined;
  type?: string | undefined;
  /** Only what nothing has repaired yet. */
  open?: boolean | undefined;
  /** Findings before this number: the next page. */
  before?: number | undefined;
  limit: number;
}

/** An object that was found to differ. */
export interface DriftLine extends StoryDrift {
  number: number;
  /** When it was last found. */
  seenAt: Date;
}

export interface DriftPage {
  /** How many of each cause and type, in 45 days. */
  causes: DriftCause[];
  found: DriftLine[];
}

export async function readDriftPage(database: Queryable, filter: DriftFilter): Promise<DriftPage> {
  return { causes: await readDriftCauses(database), found: await listDrift(database, filter) };
}

/** The latest first. */
function listDrift(database: Queryable, { cause, type, open, before, limit }: DriftFilter): Promise<DriftLine[]> {
  return database.query<DriftLine>(sql`
    select d.number, d.account, d.livemode, d.type, d.id, d.found_at as "foundAt", d.seen_at as "seenAt", d.found_by as by,
      d.how, d.cause, d.detail, d.repaired_at as "repairedAt", d.repaired_by as "repairedBy"
    from lockstep.drift d
    where (${cause ?? null}::text is null or d.cause = ${cause ?? null})
      and (${type ?? null}::text is null or d.type = ${type ?? null})
      and (not ${open ?? false}::boolean or d.repaired_at is null)
      and (${before ?? null}::bigint is null or d.number < ${before ?? null}::bigint)
    order by d.number desc limit ${limit}`);
}

/** So many are read again at once, at most. */
const REPAIRED_MAX = 5_000;

/** The objects that differ and that nothing has repaired yet. */
export function openDrift(
  database: Queryable,
  { cause, type }: Pick<DriftFilter, 'cause' | 'type'>,
): Promise<ObjectKey[]> {
  return database.query<ObjectKey>(sql`
    select d.account, d.livemode, d.type, d.id from lockstep.drift d
    where d.repaired_at is null and (${cause ?? null}::text is null or d.cause = ${cause ?? null})
      and (${type ?? null}::text is null or d.type = ${type ?? null})
    order by d.number limit ${REPAIRED_MAX}`);
}

import type { TypeRecord } from '../engine/light.js';
import { sourceStatus, type SourceStatus } from '../engine/status.js';
import type { Source } from '../kernel/source.js';
import type { Queryable } from '../store/database.js';
import { exactly, type RoughCount } from './rough-count.js';
import type { MarkCount } from './count-marks.js';
import { countRows, type RowCount } from './count-rows.js';
import type { MirrorFacts } from './mirror-facts.js';
import { DRIFT_DAYS, readDriftCauses, type DriftCause, type SweepDrift, type TypeDrift } from './read-drift.js';
import { tableOfType } from './type-names.js';

/** One account in one mode. */
export interface SourceReport extends SourceStatus {
  /** The account whose key reads it. */
  platform: string;
  boundAt: Date;
  /** The moment up to which Stripe's list of events was read; null: it never was. */
  cursorAt: Date | null;
  types: TypeReport[];
}

/** One type of one account: one that has rows, waits, or is scheduled to be swept. */
export interface TypeReport {
  type: string;
  table: string;
  rows: RoughCount;
  unproven: RoughCount;
  dead: number;
  oldestAt: Date | null;
  /** When the type as a whole was last proven equal, by a sweep or by `verify`. */
  provenAt: Date | null;
  /** Whether it can be listed. What cannot is a part of other objects and is proven with them. */
  isListed: boolean;
  /** Why the last sweep did not end well; null: it did, or none has ended. */
  note: string | null;
  drift: SweepDrift & { causes: TypeCause[] };
}

/** How many objects of a type were found to differ for one reason, in 30 days. */
export type TypeCause = Pick<DriftCause, 'cause' | 'found' | 'open'>;

/** Each account with its types. */
export async function readSourceReports(
  { database, mirrorSchema }: { database: Queryable; mirrorSchema: string },
  { sources, marks, everyType, bound, cursors, drift }: MirrorFacts,
): Promise<SourceReport[]> {
  const rows = await countRows(database, mirrorSchema, sources);
  const causes = await readDriftCauses(database, DRIFT_DAYS);
  const statuses = bound.map(sourceStatus);
  return sources.map((source) => {
    const of = <T extends Source>(all: readonly T[]): T[] =>
      all.filter(({ account, livemode }) => account === source.account && livemode === source.livemode);
    const [status] = of(statuses);
    return {
      ...(status ?? { acceptedAt: null, polledAt: null, pollFailure: null, stripe: null }),
      ...source,
      cursorAt: of(cursors)[0]?.position ?? null,
      types: typesOf({
        marks: of(marks.types),
        rows: of(rows),
        swept: of(everyType),
        drift: of(drift),
        causes: of(causes),
      }),
    };
  });
}

interface OfSource {
  marks: readonly MarkCount[];
  rows: readonly RowCount[];
  swept: readonly TypeRecord[];
  drift: readonly TypeDrift[];
  causes: readonly DriftCause[];
}

/** The largest first: what an account uses most comes before what it hardly uses. */
function typesOf({ marks, rows, swept, drift, causes }: OfSource): TypeReport[] {
  const names = [...new Set([...rows, ...marks, ...swept, ...causes].map(({ type }) => type))];
  const reports = names.map((type): TypeReport => {
    const ofType = <T extends { type: string }>(all: readonly T[]): T | undefined =>
      all.find((one) => one.type === type);
    const [mark, sweep, found] = [ofType(marks), ofType(swept), ofType(drift)];
    return {
      type,
      table: tableOfType(type),
      rows: ofType(rows)?.rows ?? exactly(0),
      unproven: mark?.unproven ?? exactly(0),
      dead: mark?.dead ?? 0,
      oldestAt: mark?.oldestAt ?? null,
      provenAt: sweep?.provenAt ?? null,
      isListed: sweep !== undefined,
      note: sweep?.note ?? null,
      drift: {
        found: found?.found ?? 0,
        lastAt: found?.lastAt ?? null,
        causes: causes
          .filter((one) => one.type === type)
          .map(({ cause, found: times, open }) => ({ cause, found: times, open })),
      },
    };
  });
  return reports.sort((a, b) => b.rows.value - a.rows.value || (a.table < b.table ? -1 : 1));
}

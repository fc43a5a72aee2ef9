import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { accepted, integer, listOf, text } from '../../api/params.js';
import { invalid, missing } from '../../api/problem.js';
import { v2List } from '../../api/v2-list.js';
import { snapshotId, thinEvent, thinId, thinType } from '../../delivery/thin.js';
import type { Json } from '../../state/rows.js';
import type { EventRow } from './row.js';
import { isListed } from './operations.js';

type Bounds = Partial<Record<'gt' | 'gte' | 'lt' | 'lte', string>>;

/** The second API's events: the thin twin of each one of the first. */
export const coreEventOperations: readonly Operation[] = [
  operation('GET /v2/core/events/:id', {}, ({ unit, at: { id = '' } }) => {
    const row = unit.find('event', snapshotId(id));
    if (row === undefined || thinId(row.id) !== id) throw missing('event', id, 'id', 404);
    return withChanges(row);
  }),
  operation(
    'GET /v2/core/events',
    { created: accepted(), limit: integer(1, 100), object_id: text(), page: text(), types: listOf(text(), 20) },
    ({ unit, params }) => {
      const { created, object_id: object, types } = params;
      const rows = [...unit.store.tables.event.walk()].filter(
        (row) =>
          isListed(row, unit.wall) &&
          (object === undefined || row.object_id === object) &&
          (types === undefined || types.includes(thinType(row.type))) &&
          inBounds(row.created, created as Bounds | undefined),
      );
      return v2List('/v2/core/events', rows, params, withChanges);
    },
  ),
];

/** Fetched, the event also says what was before. */
function withChanges(row: EventRow): Json {
  const { previous_attributes: before } = JSON.parse(row.data) as { previous_attributes?: Json };
  return { ...thinEvent(row), ...(before === undefined ? {} : { changes: { before } }) };
}

function inBounds(created: number, bounds: Bounds = {}): boolean {
  const {
    gt = -Infinity,
    gte = -Infinity,
    lt = Infinity,
    lte = Infinity,
  } = Object.fromEntries(Object.entries(bounds).map(([name, iso]) => [name, secondsOf(iso)]));
  return created > gt && created >= gte && created < lt && created <= lte;
}

function secondsOf(iso: string): number {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) throw invalid('Times are written as in 2026-10-28T00:00:00Z.', 'created');
  return at / 1000;
}

import type { Json, RowType, Rows } from '../state/rows.js';
import type { Unit } from '../state/unit.js';
import { valueAt } from '../state/table.js';
import { hasWords } from './list-search.js';
import type { Operation } from './operation.js';
import { operation } from './operation.js';
import type { Param, Params } from './params.js';
import { either, hash, integer, isHash, text, timestamp } from './params.js';
import { invalid, missing } from './problem.js';

/** How one list parameter chooses rows. */
export interface Filter<T extends RowType> {
  param: Param<unknown>;
  /** Equal to this field, dotted when nested; an indexed one makes the list start from the index. */
  field?: string;
  /** Or any test; with `always` it runs without a value too, for what a list leaves out by default. */
  test?: (row: Rows[T], value: never, unit: Unit, asked: Readonly<Record<string, unknown>>) => boolean;
  always?: boolean;
}

export interface ListSpec<T extends RowType> {
  type: T;
  filters: Readonly<Record<string, Filter<T>>>;
  /** The object in the address whose rows these are, and the indexed field that names it. */
  parent?: {
    type: RowType;
    field: string;
    /** @throws Problem if there is no such parent. Default: there must be a row of the type. */
    check?: (unit: Unit, id: string) => void;
  };
  /** Rows that belong to this collection at all. */
  only?: (row: Rows[T], asked: Readonly<Record<string, unknown>>, unit: Unit) => boolean;
  /** Parameters of which only one may be given. */
  exclusive?: readonly [string, string];
  oldestFirst?: boolean;
  view?: (row: Rows[T], unit: Unit) => Json;
}

const PAGE = { limit: integer(1, 100), starting_after: text(), ending_before: text() };
const PAGE_DEFAULT = 10;
/** Stripe cuts lists inside objects here. */
export const SUBLIST_MAX = 10;

type Range = number | { gt?: number; gte?: number; lt?: number; lte?: number };
const bounds = { gt: timestamp(), gte: timestamp(), lt: timestamp(), lte: timestamp() };

/** A time, or bounds for it: `created[gte]=…`. */
export function range<T extends RowType>(field: string): Filter<T> {
  const path = field.split('.');
  return {
    param: either(isHash, hash(bounds), timestamp()),
    test: (row: Rows[T], wanted: Range) => inRange(valueAt(row, path), wanted),
  };
}

function inRange(value: unknown, wanted: Range): boolean {
  if (typeof value !== 'number') return false;
  if (typeof wanted === 'number') return value === wanted;
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = wanted;
  return value > gt && value >= gte && value < lt && value <= lte;
}

/** `GET` of a collection: newest first, cursors, filters, `has_more`. */
export function listOperation<T extends RowType>(path: `/v1/${string}`, spec: ListSpec<T>): Operation {
  const params: Params = {
    ...PAGE,
    ...Object.fromEntries(Object.entries(spec.filters).map(([name, filter]) => [name, filter.param])),
  };
  return operation(`GET ${path}`, params, ({ unit, at, params: values }) => {
    const url = path.replace(/:(\w+)/g, (_all, name: string) => at[name] ?? '');
    return page(unit, spec, { url, at, values });
  });
}

interface Asked {
  url: string;
  at: Readonly<Record<string, string>>;
  values: Readonly<Record<string, unknown>>;
}

function page<T extends RowType>(unit: Unit, spec: ListSpec<T>, { url, at, values }: Asked): Json {
  const table = unit.store.tables[spec.type];
  const { starting_after: after, ending_before: before } = values as {
    starting_after?: string;
    ending_before?: string;
  };
  const cursor = after ?? before;
  if (cursor !== undefined && !table.knows(cursor)) {
    throw missing(
      unit.rules.nouns[spec.type].title,
      cursor,
      after === undefined ? 'ending_before' : 'starting_after',
      400,
    );
  }
  const limit = (values.limit as number | undefined) ?? PAGE_DEFAULT;
  const exclusive = spec.exclusive ?? ['starting_after', 'ending_before'];
  for (const [one, other] of [exclusive, ['starting_after', 'ending_before'] as const]) {
    if (values[one] !== undefined && values[other] !== undefined) {
      throw invalid(`You may only specify one of these parameters: ${one}, ${other}.`, one);
    }
  }
  if (spec.parent?.check !== undefined) spec.parent.check(unit, at.id ?? '');
  else if (spec.parent !== undefined) unit.need(spec.parent.type, at.id ?? '');
  const where = chosenIndex(spec, values, at.id, (field) => table.hasIndex(field));
  const backwards = after === undefined && before !== undefined;
  const rows: Rows[T][] = [];
  for (const row of table.walk({
    ...(where === undefined ? {} : { where }),
    oldestFirst: (spec.oldestFirst === true) !== backwards,
    ...(cursor === undefined ? {} : { after: cursor }),
  })) {
    if (!passes(unit, spec, row, values)) continue;
    if (unit.words.length > 0 && !hasWords(unit, spec.type, row)) continue;
    rows.push(row);
    if (rows.length > limit) break;
  }
  const hasMore = rows.length > limit;
  if (hasMore) rows.pop();
  if (backwards) rows.reverse();
  const view = spec.view ?? ((row: Rows[T]) => unit.view(spec.type, row));
  return { object: 'list', data: rows.map((row) => view(unit.asRead<T>(row), unit)), has_more: hasMore, url };
}

function chosenIndex<T extends RowType>(
  spec: ListSpec<T>,
  values: Readonly<Record<string, unknown>>,
  parent: string | undefined,
  hasIndex: (field: string) => boolean,
): { field: string; value: unknown } | undefined {
  if (spec.parent !== undefined) return { field: spec.parent.field, value: parent };
  for (const [name, { field }] of Object.entries(spec.filters)) {
    if (field !== undefined && values[name] !== undefined && hasIndex(field)) return { field, value: values[name] };
  }
  return undefined;
}

function passes<T extends RowType>(
  unit: Unit,
  spec: ListSpec<T>,
  row: Rows[T],
  values: Readonly<Record<string, unknown>>,
): boolean {
  if (spec.only?.(row, values, unit) === false) return false;
  return Object.entries(spec.filters).every(([name, filter]) => {
    const value = values[name];
    if (value === undefined && filter.always !== true) return true;
    if (filter.test !== undefined) return filter.test(row, value as never, unit, values);
    return filter.field === undefined || valueAt(row, filter.field.split('.')) === value;
  });
}

/** A list inside an object: the first ten, and whether there is more at `url`. */
export function sublist(url: string, rows: readonly Json[]): Json {
  return {
    object: 'list',
    data: rows.slice(0, SUBLIST_MAX),
    has_more: rows.length > SUBLIST_MAX,
    total_count: rows.length,
    url,
  };
}

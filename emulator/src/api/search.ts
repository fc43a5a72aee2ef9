import type { Json, RowType, Rows } from '../state/rows.js';
import { valueAt } from '../state/table.js';
import type { Operation } from './operation.js';
import { operation } from './operation.js';
import { integer, needed, text } from './params.js';
import { invalid } from './problem.js';

type Kind = 'boolean' | 'number' | 'text' | 'token';

/** What a type can be searched by: field → how it compares. `text` also by part of it, in any case. */
export type SearchFields = Readonly<Record<string, Kind>>;

interface Clause {
  field: string;
  kind: Kind;
  negated: boolean;
  operator: string;
  value: string | null;
}

/** So long a write stays unfound: Stripe's search is not read-after-write (https://docs.stripe.com/search#data-freshness). */
export const SEARCH_DELAY_SECONDS = 1;

const CLAUSE =
  /^(-)?\s*([a-z_.]+|metadata\[(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\])\s*(:|~|>=|<=|>|<)\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|null|true|false|-?\d+(?:\.\d+)?)\s*/i;

/** `GET /v1/…/search`: Stripe's query language over one type. */
export function searchOperation<T extends RowType>(path: `/v1/${string}`, type: T, fields: SearchFields): Operation {
  const params = { limit: integer(1, 100), page: text(), query: needed(text()) };
  return operation(`GET ${path}`, params, ({ unit, params: { limit = 10, page, query } }) => {
    const { clauses, any } = parse(query, fields);
    const skip = page === undefined ? 0 : pageNumber(page);
    const found: Rows[T][] = [];
    for (const row of unit.store.tables[type].walk()) {
      if (unit.store.isFresh(row.id, unit.wall - SEARCH_DELAY_SECONDS)) continue;
      const fits = (clause: Clause): boolean => matches(unit.view(type, row), clause) !== clause.negated;
      if (any ? clauses.some(fits) : clauses.every(fits)) found.push(row);
      if (found.length > skip + limit) break;
    }
    const rows = found.slice(skip, skip + limit);
    const more = found.length > skip + limit;
    return {
      object: 'search_result',
      data: rows.map((row) => unit.view(type, row)),
      has_more: more,
      next_page: more ? Buffer.from(String(skip + limit)).toString('base64url') : null,
      url: path,
    };
  });
}

function pageNumber(page: string): number {
  const number = Number(Buffer.from(page, 'base64url').toString('utf8'));
  if (!Number.isInteger(number) || number < 0) throw invalid('Invalid page token.', 'page');
  return number;
}

/** @throws Problem for a query that Stripe would refuse. */
function parse(query: string, fields: SearchFields): { clauses: Clause[]; any: boolean } {
  const clauses: Clause[] = [];
  const joints = new Set<string>();
  let rest = query.trim();
  while (rest !== '') {
    const match = CLAUSE.exec(rest);
    if (match === null) throw refused(query);
    const [whole, minus, field = '', operator = ':', value = ''] = match;
    clauses.push(clauseOf({ field, negated: minus !== undefined, operator, value }, fields));
    rest = rest.slice(whole.length);
    const joint = /^(AND|OR)\s+/i.exec(rest);
    if (joint !== null) {
      joints.add((joint[1] ?? '').toUpperCase());
      rest = rest.slice(joint[0].length);
      if (rest === '') throw refused(query);
    } else if (rest !== '') joints.add('AND');
  }
  if (clauses.length === 0) throw refused(query);
  if (joints.size > 1) throw invalid('You cannot combine AND and OR in the same query.', 'query');
  return { clauses, any: joints.has('OR') };
}

function clauseOf(
  { field, negated, operator, value: written }: Omit<Clause, 'kind'> & { value: string },
  fields: SearchFields,
): Clause {
  const kind = field.startsWith('metadata[') ? 'text' : fields[field];
  if (kind === undefined)
    throw invalid(`Field \`${field}\` is an unsupported search field for this resource.`, 'query');
  const ordered = operator !== ':' && operator !== '~';
  if (ordered && kind !== 'number')
    throw invalid(`Field \`${field}\` does not support the operator \`${operator}\`.`, 'query');
  if (operator === '~' && kind !== 'text')
    throw invalid(`Field \`${field}\` does not support substring search.`, 'query');
  return { field, kind, negated, operator, value: written === 'null' ? null : unquoted(written) };
}

const unquoted = (written: string): string =>
  /^["']/.test(written) ? written.slice(1, -1).replace(/\\(.)/g, '$1') : written;

function matches(object: Json, { field, kind, operator, value }: Clause): boolean {
  const found: unknown = field.startsWith('metadata[')
    ? (object.metadata as Record<string, string> | null)?.[unquoted(field.slice('metadata['.length, -1))]
    : valueAt(object, field.split('.'));
  const held = typeof found === 'object' || found === undefined ? null : (found as boolean | number | string);
  if (value === null || held === null) return value === held;
  if (kind === 'number') return compared(Number(held), operator, Number(value));
  const [one, other] = [String(held).toLowerCase(), value.toLowerCase()];
  return operator === '~' ? one.includes(other) : one === other;
}

const COMPARISONS: Readonly<Record<string, (one: number, other: number) => boolean>> = {
  ':': (one, other) => one === other,
  '<': (one, other) => one < other,
  '<=': (one, other) => one <= other,
  '>': (one, other) => one > other,
  '>=': (one, other) => one >= other,
};

const compared = (one: number, operator: string, other: number): boolean =>
  COMPARISONS[operator]?.(one, other) ?? false;

const refused = (query: string): Error =>
  invalid(
    `We were unable to parse your search query: \`${query}\`. Try using the format \`metadata["key"]:"value"\` to query for metadata or key: "value" to query for other fields.`,
    'query',
  );

import type { ColumnState, LiveSchema, TableState, ViewState } from './live-schema.js';
import { quoteName, quoteText } from './sql.js';

/** Something of ours that differs from what this version creates. */
export interface SchemaDifference {
  /** `column stripe.customers.email` */
  object: string;
  problem: 'missing' | 'changed';
  /** The statements that create or restore it. Nothing with data is dropped: it is renamed and kept. */
  sql: readonly string[];
  /** What is lost with it and must be read again, if anything. */
  lost?: string;
  /** Whether rows cannot be read or written without it. */
  breaks: boolean;
}

/**
 * Everything in `expected` that is missing or different in `live`. Anything else in `live` is not ours, and is ignored.
 * Texts are compared exactly: PostgreSQL 14 to 18 write all of ours in the same way.
 */
export function differencesOf(expected: LiveSchema, live: LiveSchema): SchemaDifference[] {
  const changedFunctions = functions(expected, live);
  return [
    ...sequences(expected, live),
    ...changedFunctions,
    ...expected.tables.flatMap((table) => tableDifferences(table, live)),
    ...recomputed(expected, live, changedFunctions),
    ...views(expected, live),
  ];
}

function sequences(expected: LiveSchema, live: LiveSchema): SchemaDifference[] {
  return expected.sequences.flatMap(({ name, definition }): SchemaDifference[] => {
    const found = live.sequences.find((one) => one.name === name);
    if (found?.definition === definition) return [];
    const object = `sequence ${name}`;
    if (found !== undefined)
      return [{ object, problem: 'changed', sql: [`alter sequence ${name} ${definition}`], breaks: false }];
    return [
      {
        object,
        problem: 'missing',
        sql: [`create sequence ${name} ${definition}`, continued(name, live)],
        breaks: true,
      },
    ];
  });
}

/** Restores a sequence. It continues after the largest number in our tables, because any of them may come from it. */
function continued(sequence: string, live: LiveSchema): string {
  const numbers = live.tables.flatMap(({ name, columns }) =>
    name.startsWith('lockstep.')
      ? columns.flatMap((column) =>
          column.type === 'bigint' ? [`(select coalesce(max(${quoteName(column.name)}), 0) from ${name})`] : [],
        )
      : [],
  );
  return `select setval('${sequence}', greatest(0, ${numbers.join(', ') || '0'}) + 1)`;
}

function functions(expected: LiveSchema, live: LiveSchema): SchemaDifference[] {
  return expected.functions.flatMap(({ name, definition }): SchemaDifference[] => {
    const found = live.functions.find((one) => one.name === name);
    if (found !== undefined && found.definition === definition) return [];
    return [
      {
        object: `function ${name}`,
        problem: found === undefined ? 'missing' : 'changed',
        sql: [definition],
        breaks: false,
      },
    ];
  });
}

/**
 * A generated column keeps the value from when its row was written. If its function was changed, it is computed again.
 */
function recomputed(expected: LiveSchema, live: LiveSchema, changed: readonly SchemaDifference[]): SchemaDifference[] {
  const names = changed.filter(({ problem }) => problem === 'changed').map(({ object }) => nameOf(object));
  if (names.length === 0) return [];
  // A function may call another one: as_time calls as_rfc3339.
  const callers = expected.functions
    .filter(
      ({ name, definition }) => names.some((one) => definition.includes(`${one}(`)) || names.includes(nameOf(name)),
    )
    .map(({ name }) => nameOf(name));
  return expected.tables.flatMap((table): SchemaDifference[] => {
    const columns = table.columns.filter(({ generated }) => callers.some((one) => generated?.includes(`${one}(`)));
    // PostgreSQL computes a generated column again only if a column that it depends on is set.
    const first = table.columns.find(({ generated, type }) => generated === null && type === 'jsonb');
    if (columns.length === 0 || first === undefined || !live.tables.some(({ name }) => name === table.name)) return [];
    const wrong = columns.map(({ name, generated }) => `${quoteName(name)} is distinct from ${generated ?? ''}`);
    const set = `${quoteName(first.name)} = ${quoteName(first.name)}`;
    return [
      {
        object: `computed columns of ${table.name}`,
        problem: 'changed',
        sql: [`update ${table.name} set ${set} where ${wrong.join(' or ')}`],
        breaks: false,
      },
    ];
  });
}

/** `function lockstep.as_time(jsonb)` → `lockstep.as_time` */
const nameOf = (text: string): string => text.replace(/^function /, '').replace(/\(.*$/, '');

function tableDifferences(expected: TableState, live: LiveSchema): SchemaDifference[] {
  const { name, partition } = expected;
  const found = live.tables.find((one) => one.name === name);
  const object = `table ${name}`;
  if (found === undefined) {
    const view = live.views.some((one) => one.name === name) ? [`alter view ${name} rename to ${aside(name)}`] : [];
    return [
      {
        object,
        problem: 'missing',
        sql: [...view, ...createTable(expected)],
        lost:
          partition === null
            ? 'its rows: read them from Stripe again with lockstep backfill, then lockstep verify --repair'
            : 'its rows',
        breaks: true,
      },
    ];
  }
  const logged: SchemaDifference[] = found.logged
    ? []
    : [{ object: `${object} (unlogged)`, problem: 'changed', sql: [`alter table ${name} set logged`], breaks: false }];
  // A partition has the same columns as its table.
  if (partition !== null && found.partition !== null) return logged;
  if (partition !== null)
    return [
      ...logged,
      {
        object: `partition ${name} of ${partition.of}`,
        problem: 'missing',
        sql: [`alter table ${partition.of} attach partition ${name} ${partition.bounds}`],
        breaks: true,
      },
    ];
  const columns = expected.columns.flatMap((column) => columnDifference(expected, column, found));
  const renamed = new Set(
    columns.filter(({ sql }) => sql.some((text) => / rename column /.test(text))).map(({ object: of }) => of),
  );
  const touches = (definition: string): boolean =>
    expected.columns.some(
      (column) => renamed.has(columnObject(name, column)) && new RegExp(`\\b${column.name}\\b`).test(definition),
    );
  return [...logged, ...columns, ...constraints(expected, found), ...indexes(expected, found, touches)];
}

const columnObject = (table: string, column: ColumnState): string => `column ${table}.${quoteIfNeeded(column.name)}`;

function columnDifference({ name: table }: TableState, column: ColumnState, found: TableState): SchemaDifference[] {
  const object = columnObject(table, column);
  const add =
    column.generated === null
      ? `alter table ${table} add column ${columnText(column)}`
      : addComputed(table, [column.name, column.type, column.generated]);
  const present = found.columns.find(({ name }) => name === column.name);
  const breaks = column.generated === null;
  if (present === undefined)
    return [{ object, problem: 'missing', sql: [add], ...(breaks ? { lost: 'what it held' } : {}), breaks }];
  if (column.generated !== present.generated || (column.generated !== null && column.type !== present.type)) {
    const kept = free(`${column.name}_replaced`, found);
    return [
      {
        object,
        problem: 'changed',
        sql: [
          `alter table ${table} rename column ${quoteName(column.name)} to ${quoteName(kept)}`,
          ...(present.notNull ? [`alter table ${table} alter column ${quoteName(kept)} drop not null`] : []),
          add,
        ],
        breaks: false,
      },
    ];
  }
  const alter = `alter table ${table} alter column ${quoteName(column.name)}`;
  const statements = [
    ...(column.type === present.type
      ? []
      : [`${alter} type ${column.type} using ${quoteName(column.name)}::${column.type}`]),
    ...(column.notNull === present.notNull ? [] : [`${alter} ${column.notNull ? 'set' : 'drop'} not null`]),
    ...(column.default === present.default
      ? []
      : [column.default === null ? `${alter} drop default` : `${alter} set default ${column.default}`]),
  ];
  return statements.length === 0 ? [] : [{ object, problem: 'changed', sql: statements, breaks }];
}

function constraints(expected: TableState, found: TableState): SchemaDifference[] {
  return expected.constraints.flatMap(({ name, kind, definition }): SchemaDifference[] => {
    if (found.constraints.some((one) => one.kind === kind && one.definition === definition)) return [];
    const inTheWay = found.constraints.filter((one) => one.name === name || (kind === 'p' && one.kind === 'p'));
    return [
      {
        object: `constraint ${quoteIfNeeded(name)} of ${expected.name}`,
        problem: inTheWay.length === 0 ? 'missing' : 'changed',
        sql: [
          ...inTheWay.map((one) => `alter table ${expected.name} drop constraint ${quoteName(one.name)}`),
          `alter table ${expected.name} add constraint ${quoteName(name)} ${definition}`,
        ],
        breaks: false,
      },
    ];
  });
}

/** An index is known by what it indexes: under another name it serves as well. */
function indexes(
  expected: TableState,
  found: TableState,
  isTouched: (definition: string) => boolean,
): SchemaDifference[] {
  return expected.indexes.flatMap((index): SchemaDifference[] => {
    const { name, unique, definition } = index;
    const same = found.indexes.find((one) => one.valid && one.unique === unique && one.definition === definition);
    if (same !== undefined && !isTouched(definition)) return [];
    const schema = expected.name.slice(0, expected.name.indexOf('.'));
    const inTheWay = found.indexes.some((one) => one.name === name);
    return [
      {
        object: `index ${schema}.${quoteIfNeeded(name)}`,
        problem: inTheWay ? 'changed' : 'missing',
        sql: [...(inTheWay ? [`drop index ${schema}.${quoteName(name)}`] : []), restoreIndex(expected, index)],
        breaks: false,
      },
    ];
  });
}

function views(expected: LiveSchema, live: LiveSchema): SchemaDifference[] {
  return expected.views.flatMap((view): SchemaDifference[] => {
    const found = live.views.find(({ name }) => name === view.name);
    const object = `view ${view.name}`;
    const create = `create or replace view ${view.name} as ${view.definition}`;
    if (found === undefined) {
      const table = live.tables.some(({ name }) => name === view.name);
      const kept = table ? [`alter table ${view.name} rename to ${aside(view.name)}`] : [];
      return [{ object, problem: 'missing', sql: [...kept, create], breaks: true }];
    }
    if (found.definition === view.definition) return [];
    const kept = canReplace(found, view) ? [] : [`alter view ${view.name} rename to ${aside(view.name)}`];
    return [{ object, problem: 'changed', sql: [...kept, create], breaks: false }];
  });
}

/** PostgreSQL replaces a view only by one with the same columns, and perhaps more at the end. */
function canReplace(found: ViewState, view: ViewState): boolean {
  return found.columns.every(
    ({ name, type }, at) => view.columns[at]?.name === name && view.columns[at]?.type === type,
  );
}

function createTable(table: TableState): string[] {
  const { name, partition, partitionedBy, columns } = table;
  if (partition !== null) return [`create table ${name} partition of ${partition.of} ${partition.bounds}`];
  const parts = [
    ...columns.map(columnText),
    ...table.constraints.map((one) => `constraint ${quoteName(one.name)} ${one.definition}`),
  ];
  const by = partitionedBy === null ? '' : ` partition by ${partitionedBy}`;
  return [
    `create table ${name} (${parts.join(', ')})${by}`,
    ...table.indexes.map((index) => createIndex(table, index)),
  ];
}

function columnText({ name, type, notNull, default: standard, generated }: ColumnState): string {
  return [
    `${quoteName(name)} ${type}`,
    ...(standard === null ? [] : [`default ${standard}`]),
    ...(generated === null ? [] : [`generated always as (${generated}) stored`]),
    ...(notNull ? ['not null'] : []),
  ].join(' ');
}

/** An index of a large table of the mirror is made later, while rows are written (src/store/computed-columns.ts). */
function restoreIndex(table: TableState, index: TableState['indexes'][number]): string {
  if (index.unique || table.name.startsWith('lockstep.')) return createIndex(table, index);
  const values = [`${quoteText(table.name)}::regclass`, quoteText(index.name), quoteText(index.definition)];
  return `select lockstep.add_index(${values.join(', ')})`;
}

/** As a migration adds it: a large table is not rewritten (src/catalog/schema-functions.ts). */
const addComputed = (table: string, parts: readonly string[]): string =>
  `select lockstep.add_columns(${quoteText(table)}::regclass, ${quoteText(JSON.stringify([parts]))})`;

function createIndex({ name: table }: TableState, { name, unique, definition }: TableState['indexes'][number]): string {
  return `create ${unique ? 'unique ' : ''}index ${quoteName(name)} on ${table} ${definition}`;
}

const NAME_MAX = 63;

function aside(name: string): string {
  return quoteName(
    `${name
      .slice(name.indexOf('.') + 1)
      .replaceAll('"', '')
      .slice(0, NAME_MAX - 9)}_replaced`,
  );
}

function free(name: string, { columns }: TableState): string {
  const short = name.slice(0, NAME_MAX - 3);
  for (let n = 1; ; n += 1) {
    const candidate = n === 1 ? short : `${short}_${n}`;
    if (!columns.some((column) => column.name === candidate)) return candidate;
  }
}

const quoteIfNeeded = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : quoteName(name));

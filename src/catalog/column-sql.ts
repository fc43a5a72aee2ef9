import type { Column, ColumnKind } from './object.js';

/** The column for one kind of value. */
interface Kind {
  type: string;
  /** SQL that reads the value from `field`, a quoted literal; it must never raise, whatever the JSON holds. */
  from: (field: string) => string;
}

/**
 * A typed column, computed by the database from `data`, so that the two can never disagree: `"created" timestamptz
 * generated always as (lockstep.as_time("data" -> 'created')) stored`.
 */
export function columnSql(column: Column): string {
  const [name, type, expression] = columnParts(column);
  return `${quoteName(name)} ${type} generated always as (${expression}) stored`;
}

/** The name of the column, its type, and the expression that computes it. */
export function columnParts({ name, field, kind }: Column): [name: string, type: string, expression: string] {
  const { type, from } = kinds[kind];
  return [name, type, from(quoteText(field))];
}

const kinds: Readonly<Record<ColumnKind, Kind>> = {
  text: { type: 'text', from: (field) => `"data" ->> ${field}` }, // any other JSON becomes its text, so it cannot fail
  boolean: { type: 'boolean', from: (field) => `lockstep.as_boolean("data" -> ${field})` },
  time: { type: 'timestamptz', from: (field) => `lockstep.as_time("data" -> ${field})` },
  bigint: { type: 'bigint', from: (field) => `lockstep.as_bigint("data" -> ${field})` },
  numeric: { type: 'numeric', from: (field) => `lockstep.as_numeric("data" -> ${field})` },
  reference: { type: 'text', from: (field) => `lockstep.as_reference("data" -> ${field})` },
  json: { type: 'jsonb', from: (field) => `nullif("data" -> ${field}, 'null')` }, // JSON's null is SQL's
};

/** An SQL identifier, quoted. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** An SQL literal. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

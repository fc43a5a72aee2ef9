import type { ColumnKind } from '../catalog/catalog.js';
import type { Models } from './models.js';
import { camel, type Table, type TableColumn } from './table.js';

// The models are views, because Drizzle neither writes to views nor migrates them. The tables are Lockstep's.
const kinds: Readonly<Record<ColumnKind, string>> = {
  text: 'text()',
  reference: 'text()',
  boolean: 'boolean()',
  time: "timestamp({ withTimezone: true, mode: 'date' })",
  bigint: "bigint({ mode: 'number' })",
  numeric: 'numeric()',
  json: 'jsonb()',
};

const names: Readonly<Record<ColumnKind, string>> = {
  ...{ text: 'text', reference: 'text', boolean: 'boolean', time: 'timestamp', bigint: 'bigint' },
  ...{ numeric: 'numeric', json: 'jsonb' },
};

/** Drizzle ORM's schema, one TypeScript file. */
export function drizzleModels({ tables, schema, head }: Models): string {
  const used = new Set(tables.flatMap(({ columns }) => columns.map(({ kind }) => names[kind])));
  const isPublic = schema === 'public'; // Drizzle's pgSchema refuses this name
  const maker = isPublic ? 'pgView' : 'pgSchema';
  return `${head('//')}
import { ${[...used, maker].sort().join(', ')} } from 'drizzle-orm/pg-core';
${isPublic ? '' : `\nconst schema = pgSchema('${schema}');\n`}
${tables.map((table) => view(table, isPublic ? 'pgView' : 'schema.view')).join('\n')}`;
}

function view({ name, columns }: Table, maker: string): string {
  return `export const ${camel(name)} = ${maker}('${name}', {
${columns.map(column).join('\n')}
}).existing();
`;
}

function column({ name, kind, isRequired }: TableColumn): string {
  return `  ${name}: ${kinds[kind]}${isRequired ? '.notNull()' : ''},`;
}

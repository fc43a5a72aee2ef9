import type { ColumnKind } from '../catalog/catalog.js';
import type { Models } from './models.js';
import { pascal, type Table } from './table.js';

// The types that node-postgres returns: bigint and numeric are text, so that no digit is lost.
const kinds: Readonly<Record<ColumnKind, string>> = {
  ...{ text: 'string', reference: 'string', boolean: 'boolean', time: 'Date', bigint: 'string', numeric: 'string' },
  json: 'unknown',
};

/** Kysely's database interface, one TypeScript file of types. */
export function kyselyModels({ tables, schema, head }: Models): string {
  return `${head('//')}
import type { ColumnType } from 'kysely';

/** Lockstep alone writes it. */
type Read<T> = ColumnType<T, never, never>;

/** \`new Kysely<StripeDatabase & YourDatabase>(…)\` */
export interface StripeDatabase {
${tables.map(({ name, object }) => `  '${schema}.${name}': ${pascal(object)}Row;`).join('\n')}
}

${tables.map(row).join('\n')}`;
}

function row({ object, columns }: Table): string {
  return `export interface ${pascal(object)}Row {
${columns.map(({ name, kind, isRequired }) => `  ${name}: Read<${kinds[kind]}${isRequired || kind === 'json' ? '' : ' | null'}>;`).join('\n')}
}
`;
}

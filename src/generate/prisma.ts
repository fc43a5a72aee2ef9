import type { ColumnKind } from '../catalog/catalog.js';
import type { Models } from './models.js';
import { pascal, type Table } from './table.js';

const kinds: Readonly<Record<ColumnKind, [type: string, native: string]>> = {
  text: ['String', ''],
  reference: ['String', ''],
  boolean: ['Boolean', ''],
  time: ['DateTime', ' @db.Timestamptz(6)'],
  bigint: ['BigInt', ''],
  numeric: ['Decimal', ' @db.Decimal'],
  json: ['Json', ''],
};

/** Prisma models, as a file next to the app's own schema file. The app's datasource must name the schemas. */
export function prismaModels({ tables, schema, head }: Models): string {
  return `${head('//')}
// In the datasource: schemas = ["public", "${schema}"]

${tables.map((table) => model(table, schema)).join('\n')}`;
}

function model({ object, name, isOwned, columns }: Table, schema: string): string {
  const lines = columns.map((column) => {
    const [type, native] = kinds[column.kind];
    return `  ${column.name} ${type}${column.isRequired ? '' : '?'}${native}`;
  });
  return `model Stripe${pascal(object)} {
${lines.join('\n')}

  @@id([account, livemode, ${isOwned ? 'owner, ' : ''}id])
  @@map("${name}")
  @@schema("${schema}")
}
`;
}

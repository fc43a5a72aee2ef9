import { quoteName } from '../catalog/column-sql.js';
import type { Models } from './models.js';
import type { Table } from './table.js';

/** The columns that the views leave out: the source, and those that only Lockstep uses. */
const left = new Set(['account', 'livemode', 'deleted', 'as_of']);

/** The prefix of the views' names, because they are in the same schema as the app's own tables. */
export const PREFIX = 'stripe_';

/** The columns of a view, its key first. */
export function viewColumns({ columns }: Table): Table['columns'] {
  const shown = columns.filter(({ name }) => !left.has(name));
  return [...shown.filter(({ name }) => name === 'id'), ...shown.filter(({ name }) => name !== 'id')];
}

/** One view for each table, of one source and without tombstones, so that `id` is its key. */
export function sqlViews({ tables, schema, source, head }: Models): string {
  return `${head('--')}
-- Run it after \`lockstep migrate\`, and again after an upgrade.
begin;

${tables.map((table) => view(table, schema, sourceSql(source))).join('\n')}
commit;
`;
}

function view(table: Table, schema: string, source: string): string {
  const name = quoteName(`${PREFIX}${table.name}`);
  return `drop view if exists public.${name};
create view public.${name} as
select ${viewColumns(table)
    .map((column) => quoteName(column.name))
    .join(', ')}
from ${quoteName(schema)}.${quoteName(table.name)}
where ${source} and not deleted;
`;
}

// With two sources, the subquery fails. That is better than rows of both.
function sourceSql(source: Models['source']): string {
  if (source === null) {
    return '(account, livemode) = (select account, livemode from lockstep.sources where account = platform)';
  }
  return `account = '${source.account.replaceAll("'", "''")}' and livemode = ${source.livemode}`;
}

import { part, type Facts } from './facts.js';
import { failure, given, ok, warning, type Check } from './finding.js';

const NAMED_MAX = 4;
const DEAD_ROWS_MANY = 100_000;

/** Whether our tables are as this version made them, and who else may read them. */
export const schemaChecks: readonly Check<Facts>[] = [
  {
    area: 'schema',
    check: 'migrations',
    judge: given(part('migrations'), ({ applied, pending, isMirrorCurrent, filling }) => {
      const next = 'run lockstep migrate; lockstep migrate --print shows the SQL';
      if (applied === null) return warning('not checked: this role may not look', 'see the area database');
      if (applied.length === 0) return failure('the database was never migrated', next);
      if (pending.length > 0) return failure(`pending: ${pending.join(', ')}`, next);
      if (!isMirrorCurrent) return failure("the tables of Stripe's objects are those of another version", next);
      const columns = filling.flatMap(({ table, columns: names }) => names.map((name) => `${table}.${name}`));
      if (columns.length > 0)
        return warning(
          `still null in older rows: ${columns.slice(0, NAMED_MAX).join(', ')}${columns.length > NAMED_MAX ? ` and ${columns.length - NAMED_MAX} more` : ''}`,
          'lockstep serve fills them, as the role that owns the tables; lockstep migrate does it now',
        );
      return ok(`all ${applied.length} are applied`);
    }),
  },
  {
    area: 'schema',
    check: 'as expected',
    judge: given(part('differences'), (differences) => {
      if (differences.length === 0)
        return ok('every table, column, index, function and view is as this version made it');
      const named = differences.slice(0, NAMED_MAX).map(({ object, problem }) => `${object} (${problem})`);
      const more = differences.length > NAMED_MAX ? ` and ${differences.length - NAMED_MAX} more` : '';
      const [first] = differences;
      const [repair = ''] = first?.sql ?? [];
      const short = repair.replace(/\s+/g, ' ').trim();
      const shown = short === '' || short.length > 100 ? '' : `; for the first: ${short}`;
      return failure(named.join(', ') + more, `run lockstep migrate, which repairs it${shown}`);
    }),
  },
  {
    area: 'schema',
    check: 'other tables',
    judge: given(part('foreign'), (foreign) =>
      foreign.length === 0
        ? ok("no table of another program is in Lockstep's schemas")
        : warning(
            `other tables are in Lockstep's schemas: ${foreign.slice(0, NAMED_MAX).join(', ')}`,
            'move them to a schema of their own: alter table … set schema …',
          ),
    ),
  },
  {
    area: 'schema',
    check: 'bloat',
    judge: given(part('bloat'), (tables) => {
      const bloated = tables.filter(({ live, dead }) => dead > DEAD_ROWS_MANY && dead > 5 * live);
      const [worst] = bloated;
      if (worst === undefined) return ok('no table is full of deleted rows');
      return warning(
        `${worst.table} has ${worst.dead.toLocaleString('en-US')} deleted rows that were not cleaned up`,
        `run: vacuum (analyze) ${worst.table}; and find out what holds autovacuum back`,
      );
    }),
  },
  {
    area: 'schema',
    check: 'not mirrored',
    judge: given(part('notMirrored'), ({ tables, withRows }) => {
      if (withRows.length > 0)
        return warning(
          `${withRows.join(', ')} are not mirrored, and still have rows`,
          'start lockstep serve with this configuration: it removes them within an hour',
        );
      return ok(tables.length === 0 ? 'every type is mirrored' : `not mirrored: ${tables.join(', ')}`);
    }),
  },
  {
    area: 'exposure',
    check: 'who may read',
    judge: given(part('exposure'), ({ open }) =>
      open.length === 0
        ? ok('neither everybody nor a role of a REST layer may read the tables')
        : open.map(({ role, schema, tables }) =>
            failure(
              `${role} may read ${tables} tables of schema ${schema}: names, addresses and payments are in them`,
              `revoke select on all tables in schema ${schema} from ${role === 'PUBLIC' ? 'public' : role}; ` +
                'what a REST layer may show is in docs/operations/exposure.md',
            ),
          ),
    ),
  },
  {
    area: 'exposure',
    check: 'who may read later',
    judge: given(part('exposure'), ({ later }) =>
      later.length === 0
        ? ok('no default privilege opens a table that a later version adds')
        : later.map(({ role, schema }) =>
            failure(
              `${role} will be able to read each table that a later version adds to schema ${schema}`,
              `alter default privileges in schema ${schema} revoke select on tables from ${role === 'PUBLIC' ? 'public' : role}`,
            ),
          ),
    ),
  },
];

import { part, type Facts } from './facts.js';
import { failure, given, ok, warning, type Check } from './finding.js';

const GIB = 1024 ** 3;
/** What one `serve` opens. */
const POOL = 10;
const LONG_S = 10 * 60;

/** The server, what it allows, and what it runs out of. */
export const databaseChecks: readonly Check<Facts>[] = [
  {
    area: 'database',
    check: 'reachable',
    judge: ({ database }) => {
      if ('failed' in database) return failure(database.failed, database.next);
      const { server } = database.value;
      if ('failed' in server) return failure(server.failed, server.next);
      return ok(`PostgreSQL ${Math.floor(server.value.version / 10_000)}, as ${server.value.role}`);
    },
  },
  {
    area: 'database',
    check: 'version',
    judge: given(part('server'), ({ version, encoding }) => {
      if (version < 140_000)
        return failure(`PostgreSQL ${Math.floor(version / 10_000)} is too old`, 'use PostgreSQL 14 or later');
      if (encoding !== 'UTF8')
        return failure(
          `it is encoded in ${encoding}, which cannot hold all of Stripe's text`,
          "create one with: create database … template template0 encoding 'UTF8'",
        );
      return ok('14 or later, encoded in UTF-8');
    }),
  },
  {
    area: 'database',
    check: 'takes writes',
    judge: given(part('server'), ({ isReadOnly }) =>
      isReadOnly
        ? failure(
            'it is read-only: a replica, or default_transaction_read_only is on',
            'set DATABASE_URL to the primary server',
          )
        : ok('yes'),
    ),
  },
  {
    area: 'database',
    check: 'durable',
    judge: given(part('server'), ({ fsync }) =>
      fsync ? ok('fsync is on') : failure('fsync is off: a crash loses acknowledged events', 'set fsync = on'),
    ),
  },
  {
    area: 'database',
    check: 'rights',
    judge: given(part('migrations'), ({ role, lacksToRun, pending, lacksToMigrate }) => {
      if (lacksToRun.length > 0)
        return failure(`the role ${role} lacks rights`, `run as a role that may grant it: ${lacksToRun.join('; ')}`);
      if (pending.length > 0 && lacksToMigrate.length > 0)
        return failure(
          `the role ${role} may not migrate, and there is something to migrate`,
          `run lockstep migrate as the owner of the tables, or: ${lacksToMigrate.join('; ')}`,
        );
      return ok(
        lacksToMigrate.length > 0 ? `${role} may work with the rows, but not migrate` : `${role} has every right`,
      );
    }),
  },
  {
    area: 'database',
    check: 'connections',
    judge: given(part('server'), ({ connections: { used, max } }) => {
      const text = `${used} of ${max} connections are used`;
      return max - used < POOL
        ? warning(`${text}; lockstep serve opens up to ${POOL}`, 'raise max_connections, or put a pooler between')
        : ok(text);
    }),
  },
  {
    area: 'database',
    check: 'long transactions',
    judge: given(part('server'), ({ oldest }) =>
      oldest !== null && oldest.seconds > LONG_S
        ? warning(
            `a transaction of ${oldest.application || 'an unnamed program'} (pid ${oldest.pid}) is open for ` +
              `${Math.round(oldest.seconds / 60)} min: deleted rows stay on disk and tables grow`,
            `find out what it does; to end it: select pg_terminate_backend(${oldest.pid})`,
          )
        : ok(`none is open for more than ${LONG_S / 60} min`),
    ),
  },
  {
    area: 'database',
    check: 'write-ahead log',
    judge: given(part('server'), ({ idleSlots }) => {
      const [largest] = [...idleSlots].sort((a, b) => b.bytes - a.bytes);
      if (largest === undefined) return ok('no replication slot holds it back');
      const text = `nobody reads the replication slot ${largest.name}, which keeps ${gib(largest.bytes)} of log`;
      return largest.bytes > GIB
        ? failure(text, `drop it if it is not needed: select pg_drop_replication_slot('${largest.name}')`)
        : warning(text, 'read it, or drop it before the disk fills');
    }),
  },
  {
    area: 'database',
    check: 'disk',
    judge: ({ local: { freeBytes, config } }) => {
      if ('failed' in freeBytes) return warning(`not checked: ${freeBytes.failed}`, freeBytes.next);
      if (freeBytes.value === null) return ok('of a PostgreSQL server it cannot be seen from here');
      const where = 'value' in config ? config.value.directory : 'the directory';
      const text = `${gib(freeBytes.value)} are free where ${where} is`;
      return freeBytes.value < GIB
        ? failure(text, 'free some space: a full disk stops the intake of events')
        : ok(text);
    },
  },
];

function gib(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}

// @ts-check
// What goes wrong while the load goes on.
import pg from 'pg';

/**
 * @typedef {{ name: string, said: string, during: () => Promise<void> }} Trouble
 *   `during`: resolves when it is over
 * @typedef {{ databaseUrl: string, databases: import('../support/databases.mjs').Databases | undefined,
 *   ownBackend: number | undefined, stripe: import('node:child_process').ChildProcess,
 *   restart: () => Promise<void>, options: import('./options.mjs').Options }} Scene `ownBackend`: of the bench, which
 *   goes on reading
 */

/**
 * In the order in which they come, one after the other.
 * @param {Scene} scene
 * @returns {Trouble[]}
 */
export function troublesOf({ databaseUrl, databases, ownBackend, stripe, restart, options }) {
  const { readerSeconds, awaySeconds, stripeSeconds } = options;
  return [
    {
      name: 'reader',
      said: `a reader holds a transaction open for ${readerSeconds} s`,
      async during() {
        const reader = new pg.Client({ connectionString: databaseUrl });
        await reader.connect();
        await reader.query('begin isolation level repeatable read');
        await reader.query('select count(*) from lockstep.sources');
        await sleep(readerSeconds);
        await reader.query('commit');
        await reader.end();
      },
    },
    {
      name: 'database',
      said: `all sessions of the database end, and for ${awaySeconds} s it takes no new one`,
      async during() {
        const admin = /** @type {pg.Client} */ (databases?.admin);
        const name = decodeURIComponent(new URL(databaseUrl).pathname.slice(1));
        await admin.query(`alter database ${name} allow_connections false`);
        await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> $2', [
          name,
          ownBackend,
        ]);
        await sleep(awaySeconds);
        await admin.query(`alter database ${name} allow_connections true`);
      },
    },
    { name: 'kill', said: 'the service is killed with SIGKILL, and started again', during: restart },
    {
      name: 'stripe',
      said: `Stripe takes requests and does not answer for ${stripeSeconds} s`,
      async during() {
        stripe.kill('SIGSTOP');
        await sleep(stripeSeconds);
        stripe.kill('SIGCONT');
      },
    },
  ];
}

/** @param {number} seconds */
export function sleep(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
}

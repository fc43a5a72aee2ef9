import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

export interface TestDatabase {
  readonly url: string;
  /** Ends whatever is connected and deletes the database. */
  drop: () => Promise<void>;
}

/**
 * A fresh, empty database on the run's PostgreSQL, for one suite. `template` copies another database instead (faster
 * than migrating again; nobody may be connected to it meanwhile).
 */
export async function createDatabase({ template = 'template1' } = {}): Promise<TestDatabase> {
  const name = `t_${randomBytes(8).toString('hex')}`;
  await asSuperuser(`create database ${name} template ${pg.escapeIdentifier(template)}`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => asSuperuser(`drop database if exists ${name} with (force)`) };
}

/** One statement, outside a transaction: databases are made and dropped in none. */
export async function asSuperuser(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** Databases of one PostgreSQL server, made from a template that was migrated once. */
export interface Databases {
  create(template?: string): Promise<{ name: string; url: string; drop(): Promise<void> }>;
}

export function databasesOf(superuserUrl: string): Databases {
  const run = async (statement: string): Promise<void> => {
    const client = new pg.Client({ connectionString: superuserUrl });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  return {
    async create(template = 'template1') {
      const name = `peers_${randomBytes(6).toString('hex')}`;
      await run(`create database ${name} template ${pg.escapeIdentifier(template)}`);
      const url = Object.assign(new URL(superuserUrl), { pathname: `/${name}` }).href;
      return { name, url, drop: () => run(`drop database if exists ${name} with (force)`) };
    },
  };
}

// @ts-check
import pg from 'pg';

/**
 * @typedef {{ name: string, url: string, drop: () => Promise<void> }} OwnDatabase
 * @typedef {{ admin: pg.Client, create: (template?: string) => Promise<OwnDatabase>,
 *   named: (name: string) => OwnDatabase, close: () => Promise<void> }} Databases
 */

/**
 * Databases of this bench beside the one that the URL names. `close` drops those that are left.
 * @param {string} superuserUrl
 * @returns {Promise<Databases>}
 */
export async function openDatabases(superuserUrl) {
  const admin = new pg.Client({ connectionString: superuserUrl });
  await admin.connect();
  /** @type {Map<string, OwnDatabase>} */
  const left = new Map();
  let made = 0;
  return {
    admin,
    async create(template = 'template1') {
      const name = `bench_${process.pid}_${(made += 1)}`;
      await admin.query(`create database ${name} template ${template}`);
      const database = {
        name,
        url: Object.assign(new URL(superuserUrl), { pathname: `/${name}` }).href,
        async drop() {
          await admin.query(`drop database ${name} with (force)`);
          left.delete(name);
        },
      };
      left.set(name, database);
      return database;
    },
    named(name) {
      const database = left.get(name);
      if (database === undefined) throw new Error(`no database of this bench is named ${name}`);
      return database;
    },
    async close() {
      for (const database of [...left.values()]) await database.drop();
      await admin.end();
    },
  };
}

import { resolveOptions, type ServiceOptions } from '../engine/config.js';
import { migrateDatabase, openDatabase } from '../engine/database.js';
import { openLog } from '../lockstep/log.js';

/** Brings the database to this version's schema and ends. Needs no Stripe key. */
export async function migrateCommand(options: ServiceOptions, logLevel: string): Promise<void> {
  const config = resolveOptions(options);
  const database = await openDatabase(config, openLog({ level: logLevel }));
  try {
    const { applied, mirrorMade } = await migrateDatabase(database, config);
    const done = [...applied, ...(mirrorMade ? [`tables of schema ${config.mirrorSchema}`] : [])];
    console.log(
      done.length === 0
        ? 'nothing to do: the database is up to date'
        : done.map((name) => `applied ${name}`).join('\n'),
    );
  } finally {
    await database.close();
  }
}

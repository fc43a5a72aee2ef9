import { resolveOptions, type ServiceOptions } from '../engine/config.js';
import { migrateDatabase, openDatabase } from '../engine/database.js';
import { createSweeps } from '../feeds/sweeps.js';
import { createMaintenance } from '../inbox/maintenance.js';
import { systemClock } from '../kernel/clock.js';
import { openLog } from '../lockstep/log.js';
import { plural } from './table.js';

/** Brings the database to this version's schema and ends. Needs no Stripe key. */
export async function migrateCommand(options: ServiceOptions, logLevel: string): Promise<void> {
  const config = resolveOptions(options);
  const log = openLog({ level: logLevel });
  const database = await openDatabase(config, log);
  try {
    const { applied, mirrorMade } = await migrateDatabase(database, config);
    const { made, dropped } = await createMaintenance({
      ...{ database, log, clock: systemClock, inboxDays: config.inboxDays },
      sweeps: createSweeps(database),
    }).run();
    const done = [
      ...applied.map((name) => `applied ${name}`),
      ...(mirrorMade ? [`applied tables of schema ${config.mirrorSchema}`] : []),
      ...(made.length > 0 ? [`made ${plural(made.length, 'weekly partition')} of the inbox`] : []),
      ...(dropped.length > 0 ? [`dropped ${plural(dropped.length, 'expired partition')} of the inbox`] : []),
    ];
    console.log(done.length === 0 ? 'nothing to do: the database is up to date' : done.join('\n'));
  } finally {
    await database.close();
  }
}

import { resolveOptions, type ServiceOptions } from '../../../engine/config.js';
import { finishMigration, migrateDatabase, openDatabase, printMigration } from '../../../engine/database.js';
import { createDriftRecord } from '../../../listing/drift/drift-record.js';
import { createChangeUpkeep } from '../../../changes/upkeep.js';
import { createSweepHistory } from '../../../listing/sweep-history.js';
import { Maintenance } from '../../../inbox/maintenance.js';
import { systemClock } from '../../../kernel/clock.js';
import { LockstepError } from '../../../kernel/error.js';
import { openLog } from '../../../app/log.js';
import type { FailedRepair } from '../../../store/repair-schema.js';
import { plural } from '../../terminal/table.js';

/** Brings the database to this version's schema and ends. Needs no Stripe key. */
export async function migrate(options: ServiceOptions, logLevel: string, print: boolean): Promise<void> {
  const config = resolveOptions(options);
  const log = openLog({ level: logLevel });
  const database = await openDatabase(config, log);
  try {
    if (print) {
      const script = await printMigration(database, config);
      return console.log(script === '' ? '-- nothing to do: the database is up to date' : script);
    }
    const { applied, mirrorMade, repaired, failed } = await migrateDatabase(database, config, { repair: true, log });
    const { made, dropped } = await new Maintenance(
      {
        database,
        log,
        clock: systemClock,
        sweeps: createSweepHistory(database),
        drift: createDriftRecord(database),
        changes: createChangeUpkeep(database, config),
        finishMigration: (signal) =>
          finishMigration(database.within('upkeep'), config, { clock: systemClock, log, signal }),
      },
      { inboxDays: config.inboxDays },
    ).run();
    const done = [
      ...applied.map((name) => `applied ${name}`),
      ...(mirrorMade ? [`created the tables of schema ${config.mirrorSchema}`] : []),
      ...repaired.flatMap(({ object, problem, lost }) => [
        `${problem === 'missing' ? 'recreated' : 'restored'} ${object}`,
        ...(lost === undefined ? [] : [`  lost  ${lost}`]),
      ]),
      ...(made.length > 0
        ? [`created ${plural(made.length, 'weekly partition')} of the inbox and the change feed`]
        : []),
      ...(dropped.length > 0
        ? [`dropped ${plural(dropped.length, 'expired partition')} of the inbox and the change feed`]
        : []),
    ];
    if (failed.length > 0) {
      if (done.length > 0) console.log(done.join('\n'));
      throw notRepaired(failed);
    }
    console.log(done.length === 0 ? 'nothing to do: the database is up to date' : done.join('\n'));
  } finally {
    await database.close();
  }
}

function notRepaired(failed: readonly FailedRepair[]): LockstepError {
  const each = failed.map(({ object, problem, reason }) => `${object} (${problem}): ${reason}`).join('; ');
  return new LockstepError('schema_damaged', `Could not restore everything: ${each}`, {
    hint: 'restore it from a backup; or rename a table of the mirror, run lockstep migrate, then lockstep backfill',
  });
}

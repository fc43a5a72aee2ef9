import type { Database } from './database.js';
import { readLiveSchema } from './live-schema.js';
import { ownNames, refuseUnfit } from './migrate.js';
import { readRights } from './rights.js';
import { differencesOf } from './schema-difference.js';
import {
  bookkeeping,
  bookkept,
  isCurrent,
  mirrorRecordOf,
  pendingOf,
  readApplied,
  readMirror,
  recordOf,
  type Schema,
} from './schema-record.js';
import { quoteName } from './sql.js';

/** The SQL that `migrate` would run, as a script to run by hand; empty if there is nothing to do. */
export async function migrationScript(database: Database, schema: Schema): Promise<string> {
  await refuseUnfit(database);
  const rights = await readRights(database, ['lockstep', schema.mirror.schema], ownNames(schema));
  const hasRecord = rights.relations.filter(({ schema: of, name }) => of === 'lockstep' && bookkept.has(name)).length;
  const isThere = hasRecord === bookkept.size;
  const pending = isThere ? pendingOf(await readApplied(database), schema.migrations) : schema.migrations;
  const { mirror, expected } = schema;
  const isMirrorCurrent = isThere && isCurrent((await readMirror(database))[0], mirror);
  const absent = rights.schemas.filter(({ exists }) => !exists);
  const isUpToDate = pending.length === 0 && isMirrorCurrent;
  const statements = [
    ...absent.map(({ name }) => `create schema ${quoteName(name)};`),
    ...(isThere ? [] : [`${bookkeeping.trim()}\n`]),
    ...pending.flatMap((migration) => [migration.text, recordOf(migration)]),
    ...(isMirrorCurrent ? [] : [mirror.script, mirrorRecordOf(mirror)]),
    ...(isUpToDate && expected !== undefined
      ? differencesOf(expected, await readLiveSchema(database, mirror.schema)).flatMap(({ object, problem, sql }) => [
          `-- ${problem}: ${object}`,
          ...sql.map((text) => `${text.trim().replace(/;$/, '')};`),
        ])
      : []),
  ];
  return statements.length === 0 ? '' : ['begin;', ...statements, 'commit;'].join('\n');
}

import { messageOf } from '../kernel/error.js';
import type { Queryable } from './database.js';
import { readWithin, type LiveSchema } from './live-schema.js';
import { differencesOf, type SchemaDifference } from './schema-difference.js';

export interface FailedRepair extends SchemaDifference {
  reason: string;
}

export interface Repair {
  repaired: SchemaDifference[];
  failed: FailedRepair[];
}

/** One repair may make another one necessary, such as for a view on a column that was replaced. */
const ROUNDS_MAX = 4;

/**
 * Creates what is missing and restores what was changed. What cannot be repaired is left alone; the rest is repaired.
 */
export async function repairSchema(tx: Queryable, expected: LiveSchema, mirrorSchema: string): Promise<Repair> {
  const repaired: SchemaDifference[] = [];
  const failed = new Map<string, FailedRepair>();
  // This server describes some things in other words than our text, although it just created them from it. That is not
  // a difference.
  const written: Set<string> = new Set();
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const found = await read(tx, expected, mirrorSchema);
    const isDone = (one: SchemaDifference): boolean => repaired.some((done) => keyOf(done) === keyOf(one));
    const open = found.filter((one) => !failed.has(one.object) && !written.has(keyOf(one)) && !isDone(one));
    if (open.length === 0) break;
    await tx.script('savepoint repairs');
    const done: SchemaDifference[] = [];
    for (const difference of open) {
      const reason = await attempt(tx, difference);
      if (reason === undefined) done.push(difference);
      else failed.set(difference.object, { ...difference, reason });
    }
    const left = new Set((await read(tx, expected, mirrorSchema)).map(keyOf));
    const same = done.filter((one) => one.problem === 'changed' && left.has(keyOf(one)));
    if (same.length > 0) {
      await tx.script('rollback to savepoint repairs');
      same.forEach((one) => written.add(keyOf(one)));
    } else repaired.push(...done);
    await tx.script('release savepoint repairs');
  }
  return { repaired, failed: [...failed.values()] };
}

const keyOf = ({ object, problem }: SchemaDifference): string => `${problem} ${object}`;

async function read(tx: Queryable, expected: LiveSchema, mirrorSchema: string): Promise<SchemaDifference[]> {
  return differencesOf(expected, await readWithin(tx, mirrorSchema));
}

/** Runs one repair. Returns why it failed; undefined if it succeeded. */
async function attempt(tx: Queryable, { sql }: SchemaDifference): Promise<string | undefined> {
  await tx.script('savepoint repair');
  try {
    for (const statement of sql) await tx.script(statement);
    await tx.script('release savepoint repair');
    return undefined;
  } catch (error) {
    await tx.script('rollback to savepoint repair');
    return messageOf(error);
  }
}

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

/** One repair may show another: a view that stood on a column that was replaced. */
const ROUNDS_MAX = 4;

/** Makes again what is missing, and as it was what was changed. What fails is left as it is; the rest is repaired all the same. */
export async function repairSchema(tx: Queryable, expected: LiveSchema, mirrorSchema: string): Promise<Repair> {
  const repaired: SchemaDifference[] = [];
  const failed = new Map<string, FailedRepair>();
  // What this server writes down in another way, though it was just made from our own text, is no difference.
  const written: Set<string> = new Set();
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const found = await read(tx, expected, mirrorSchema);
    const open = found.filter((one) => !failed.has(one.object) && !written.has(keyOf(one)));
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

/** Why it failed; undefined: it is done. */
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

import { neededTypes } from '../billing/needed-types.js';
import { catalogOf, events, objects, ownedObjects } from '../catalog/catalog.js';
import type { Hook } from '../hooks/hook.js';
import { LockstepError } from '../kernel/error.js';
import { nearest } from '../kernel/nearest.js';
import { parentsOf, plans } from '../listing/plan.js';
import { childTypes } from '../mirror/row.js';
import type { Database } from '../store/database.js';
import { name, sql } from '../store/sql.js';

/**
 * The types that the option `leaveOut` names, as types or as tables.
 * @throws option_invalid there is no such type, or it is needed; the message says by what
 */
export function leftOutTypes(named: readonly string[]): string[] {
  const types = [...new Set(named.map(typeNamed))];
  for (const type of types) {
    if (neededTypes.has(type)) throw cannot(type, 'what a user has is read from it');
    const below = plans.find((plan) => parentsOf(plan).includes(type) && !types.includes(plan.type));
    if (below !== undefined)
      throw cannot(type, `${tableOf(below.type)} are listed below it; leave out ${tableOf(below.type)} too`);
  }
  return types;
}

/** @throws option_invalid a hook is about a type that is left out */
export function refuseHooksOf(
  leaveOut: readonly string[],
  hooks: readonly Pick<Hook, 'kind' | 'topic' | 'name'>[],
): void {
  for (const { kind, topic, name: hook } of hooks) {
    const about = kind === 'event' ? (events[topic] ?? []) : [topic];
    const type = about.find((one) => leaveOut.includes(one));
    if (type !== undefined) throw cannot(type, `the hook ${JSON.stringify(hook)} is about it`);
  }
}

const AT_ONCE = 5_000;

/**
 * Removes what stands of types that are left out: rows, children, marks, and what sweeps and backfills know, so that the
 * type counts as never loaded when it comes back. Returns how many rows, by table.
 */
export async function removeLeftOut(
  database: Database,
  mirrorSchema: string,
  types: readonly string[],
): Promise<Record<string, number>> {
  const removed: Record<string, number> = {};
  for (const type of types) {
    for (const table of ['dirty', 'sweeps', 'backfills'])
      await database.query(sql`delete from ${name('lockstep', table)} t where t.type = ${type}`);
    for (const table of [type, ...childTypes(type)].map(tableOf)) {
      for (let gone = AT_ONCE; gone === AT_ONCE;) {
        const rows = await database.query(sql`
          delete from ${name(mirrorSchema, table)} t
          where t.ctid = any(array(select s.ctid from ${name(mirrorSchema, table)} s limit ${AT_ONCE})) returning 1`);
        gone = rows.length;
        if (gone > 0) removed[table] = (removed[table] ?? 0) + gone;
      }
    }
  }
  return removed;
}

function typeNamed(text: string): string {
  const known = new Map(
    objects.flatMap(({ object, table }) =>
      table === null || ownedObjects.has(object)
        ? []
        : [[object as string, object as string] as const, [table, object as string] as const],
    ),
  );
  const type = known.get(text);
  if (type !== undefined) return type;
  const near = nearest(text, [...known.keys()]);
  throw new LockstepError('option_invalid', 'Invalid option leaveOut: one of its types was not found', {
    hint: near === undefined ? 'use a type such as charge, or a table such as charges' : `did you mean ${near}?`,
  });
}

function tableOf(type: string): string {
  return catalogOf(type)?.table ?? type;
}

function cannot(type: string, reason: string): LockstepError {
  return new LockstepError('option_invalid', `Invalid option leaveOut: ${tableOf(type)} cannot be left out`, {
    hint: reason,
  });
}

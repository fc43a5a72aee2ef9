import { kinds } from '../stripe/kinds.js';
import { standing, type Thing } from '../stripe/store.js';
import { partsOf, same, type FoundRow } from './facts.js';

/**
 * Compares the mirror's tables with the hostile Stripe's own store: every object there and equal, its children complete,
 * a tombstone or nothing for what is deleted, and nothing extra. What is wrong, in words.
 */
export function compareAll(things: Iterable<Thing>, rows: readonly FoundRow[]): string[] {
  const known = [...things];
  const wrong = known.flatMap((thing) => compareOne(thing, rows));
  const owners = new Map(known.map((thing) => [thing.id, thing]));
  for (const row of rows) {
    if (row.deleted) continue;
    const thing = owners.get(row.owner ?? row.id);
    if (thing === undefined) wrong.push(`${row.type} ${row.id} was never at Stripe`);
  }
  return wrong;
}

export function compareOne(thing: Thing, rows: readonly FoundRow[]): string[] {
  const { type, id } = thing;
  if (kinds[type]?.path === null) return []; // nobody can ask Stripe for it: `reports.ts` judges
  const name = `${type} ${id}`;
  const row = rows.find((one) => one.type === type && one.id === id);
  const object = standing(thing);
  const children = rows.filter((one) => one.owner === id && !one.deleted);
  if (object === null) {
    const left = children.map((child) => `${name} is deleted at Stripe, its ${child.type} ${child.id} is not`);
    return row === undefined || row.deleted ? left : [`${name} is deleted at Stripe and stands in the mirror`, ...left];
  }
  if (row === undefined) return [`${name} is missing`];
  if (row.deleted) return [`${name} is a tombstone and stands at Stripe`];
  if (!row.proven) return [`${name} is shown and was never proven`];
  const wanted = partsOf(type, object);
  const found = partsOf(type, row.data);
  const wrong: string[] = [];
  if (!same(found.self, wanted.self)) wrong.push(`${name} differs`);
  const { list } = kinds[type] ?? {};
  if (list == null) return wrong;
  if (!same([...found.children], [...wanted.children])) wrong.push(`${name} shows other ${list.field}`);
  const standingChildren = new Map(children.map((child) => [child.id, child]));
  for (const [childId, data] of wanted.children) {
    const child = standingChildren.get(childId);
    if (child === undefined) wrong.push(`${name} lacks its ${list.type} ${childId}`);
    else if (!same(child.data, data)) wrong.push(`${name}: its ${list.type} ${childId} differs`);
    standingChildren.delete(childId);
  }
  for (const extra of standingChildren.keys()) wrong.push(`${name} has an extra ${list.type} ${extra}`);
  return wrong;
}

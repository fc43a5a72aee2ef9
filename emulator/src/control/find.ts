import type { Json, RowType } from '../state/rows.js';
import { typesOf } from '../state/store.js';
import type { Rules } from '../state/rules.js';
import type { Unit } from '../state/unit.js';

/** An object that fits what was searched for. */
export interface FoundObject {
  id: string;
  /** Stripe's name of its type. */
  object: string;
  /** What people call it. */
  title: string;
}

/** What people look for most, which is listed before everything else. */
const FIRST: readonly RowType[] = ['customer', 'product', 'price', 'invoice'];
const FOUND_MAX = 20;
/** Rows looked at in each table, newest first: a search must not stop the world of a very full emulator. */
const LOOKED_AT_MAX = 50_000;

/** Objects by id, by its beginning, or by a part of what people call them; 20 at most, exact ids first. */
export function find({ store, rules }: Unit, words: string): FoundObject[] {
  const { tables } = store;
  const wanted = words.trim().toLowerCase();
  if (wanted === '') return [];
  const found = new Map<string, FoundObject>();
  for (const type of typesOf(store)) {
    const row = tables[type].get(words.trim());
    if (row !== undefined) found.set(row.id, foundAs(rules, type, row));
  }
  for (const type of [...FIRST, ...typesOf(store).filter((one) => !FIRST.includes(one))]) {
    const fields = searchedIn(rules, type);
    if (fields === undefined) continue;
    // Without searched fields it is found only by its id, and ids have a prefix.
    if (fields.length === 0 && !/^[a-z]+_/.test(wanted)) continue;
    let looked = 0;
    for (const row of tables[type].walk()) {
      if (found.size >= FOUND_MAX || (looked += 1) > LOOKED_AT_MAX) break;
      const fits =
        row.id.toLowerCase().startsWith(wanted) ||
        fields.some((field) => textOf(row, field)?.toLowerCase().includes(wanted) === true);
      if (fits) found.set(row.id, foundAs(rules, type, row));
    }
  }
  return [...found.values()].slice(0, FOUND_MAX);
}

/** Any object by its id, as the API shows it. */
export function anyObject(unit: Unit, id: string): Json | undefined {
  for (const type of typesOf(unit.store)) {
    const row = unit.find(type, id);
    if (row !== undefined) return unit.view(type, row);
  }
  return undefined;
}

const searchedIn = ({ nouns }: Rules, type: RowType): readonly string[] | undefined => nouns[type].searched;

function foundAs(rules: Rules, type: RowType, row: { id: string }): FoundObject {
  const title = (searchedIn(rules, type) ?? []).map((field) => textOf(row, field)).find((text) => text !== undefined);
  return { id: row.id, object: type, title: title ?? row.id };
}

function textOf(row: object, field: string): string | undefined {
  const value = (row as Record<string, unknown>)[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

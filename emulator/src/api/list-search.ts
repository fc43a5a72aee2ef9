import type { RowType, Rows } from '../state/rows.js';
import type { Unit } from '../state/unit.js';

/** Beside the fields that a noun names as `searched`. */
const FIELDS: readonly string[] = ['id', 'status', 'type', 'object_id', 'reason', 'mode', 'currency'];

/**
 * Whether a row has every word of the unit's search, in any case: in its id, in what people call it, in its status, or
 * in the name or the email address of its customer.
 */
export function hasWords<T extends RowType>(unit: Unit, type: T, row: Rows[T]): boolean {
  const text = textOf(unit, type, row).toLowerCase();
  return unit.words.every((word) => text.includes(word));
}

function textOf<T extends RowType>(unit: Unit, type: T, row: Rows[T]): string {
  const { searched = [] } = unit.rules.nouns[type] as { searched?: readonly string[] };
  const own = [...FIELDS, ...searched].map((field) => fieldOf(row, field) ?? '');
  const charge = unit.find('charge', fieldOf(row, 'charge'));
  const customer = unit.find('customer', fieldOf(charge ?? row, 'customer'));
  // `past_due` is shown as “Past due”.
  return [...own, own[1]?.replaceAll('_', ' '), customer?.id, customer?.name, customer?.email].join('\n');
}

function fieldOf(row: object, field: string): string | undefined {
  const value = (row as Record<string, unknown>)[field];
  return typeof value === 'string' ? value : undefined;
}

/** The words in the header `lockstep-search`, which the dashboard sends with a list. */
export function wordsIn(header: string | undefined): readonly string[] {
  if (header === undefined) return [];
  return decoded(header.slice(0, HEADER_MAX))
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
}

const HEADER_MAX = 2_000;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

import type { Json, RowType, Rows } from '../state/rows.js';
import { ROW_TYPES } from '../state/rows.js';
import type { Store } from '../state/store.js';
import type { Unit } from '../state/unit.js';

/** An object that fits what was searched for. */
export interface FoundObject {
  id: string;
  /** Stripe's name of its type. */
  object: string;
  /** What people call it. */
  title: string;
}

const FOUND_MAX = 20;
/** Rows looked at in each table, newest first: a search must not stop the world of a very full emulator. */
const LOOKED_AT_MAX = 50_000;

/** What is searched by its id's beginning, and the fields with words to search it by; the first with a value is the title. */
const searched: { readonly [T in RowType]?: readonly (keyof Rows[T] & string)[] } = {
  customer: ['name', 'email', 'description', 'phone'],
  product: ['name', 'description'],
  price: ['nickname', 'lookup_key'],
  invoice: ['number', 'customer_name', 'customer_email'],
  coupon: ['name'],
  promotion_code: ['code'],
  payment_link: ['url'],
  quote: ['number'],
  subscription: ['description'],
  subscription_schedule: [],
  'checkout.session': ['client_reference_id'],
  dispute: [],
  charge: ['description'],
  'radar.early_fraud_warning': [],
  refund: [],
  credit_note: ['number'],
  setup_intent: ['description'],
  payment_method: [],
  payment_intent: ['description'],
  webhook_endpoint: ['url'],
  'test_helpers.test_clock': ['name'],
};

/** Objects by id, by its beginning, or by a part of what people call them; 20 at most, exact ids first. */
export function find({ tables }: Store, words: string): FoundObject[] {
  const wanted = words.trim().toLowerCase();
  if (wanted === '') return [];
  const found = new Map<string, FoundObject>();
  for (const type of ROW_TYPES) {
    const row = tables[type].get(words.trim());
    if (row !== undefined) found.set(row.id, foundAs(type, row));
  }
  for (const [type, fields] of Object.entries(searched) as [RowType, readonly string[]][]) {
    // Without words of its own it is found by an id alone, and those have a prefix.
    if (fields.length === 0 && !/^[a-z]+_/.test(wanted)) continue;
    let looked = 0;
    for (const row of tables[type].walk()) {
      if (found.size >= FOUND_MAX || (looked += 1) > LOOKED_AT_MAX) break;
      const fits =
        row.id.toLowerCase().startsWith(wanted) ||
        fields.some((field) => textOf(row, field)?.toLowerCase().includes(wanted) === true);
      if (fits) found.set(row.id, foundAs(type, row));
    }
  }
  return [...found.values()].slice(0, FOUND_MAX);
}

/** Any object by its id alone, as the API shows it. */
export function anyObject(unit: Unit, id: string): Json | undefined {
  for (const type of ROW_TYPES) {
    const row = unit.find(type, id);
    if (row !== undefined) return unit.view(type, row);
  }
  return undefined;
}

function foundAs(type: RowType, row: { id: string }): FoundObject {
  const title = (searched[type] ?? []).map((field) => textOf(row, field)).find((text) => text !== undefined);
  return { id: row.id, object: type, title: title ?? row.id };
}

function textOf(row: object, field: string): string | undefined {
  const value = (row as Record<string, unknown>)[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

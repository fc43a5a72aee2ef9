import { idsAt, type CatalogObject } from '../catalog/catalog.js';
import { placeholders } from '../stripe/address.js';
import { idOf } from '../stripe/id-of.js';

/** The ids of the parents in the object's address at Stripe, from its own fields: a card's customer. */
export function parentsIn(entry: CatalogObject, object: Readonly<Record<string, unknown>>): Record<string, string> {
  const parents: Record<string, string> = {};
  for (const path of entry.nestedRetrieve) {
    for (const field of placeholders(path)) {
      const id = idOf(object[field]);
      if (field !== 'id' && id !== undefined) parents[field] = id;
    }
  }
  return parents;
}

/** The same from an address: `/v1/customers/cus_1/tax_ids/txi_1` → `{ customer: 'cus_1' }`. */
export function parentsOfUrl(entry: CatalogObject, url: string): Record<string, string> {
  for (const path of entry.nestedRetrieve) {
    const names = placeholders(path);
    const match = new RegExp(`^${path.replace(/\{\w+\}/g, '([^/?]+)')}$`).exec(url);
    if (match === null) continue;
    return Object.fromEntries(
      names.slice(0, -1).map((name, index) => [name, decodeURIComponent(match[index + 1] ?? '')]),
    );
  }
  return {};
}

/** Every object that this one refers to by a field that can only be of one type. */
export function referencesOf(
  entry: CatalogObject,
  object: Readonly<Record<string, unknown>>,
): { type: string; id: string }[] {
  return entry.columns.flatMap(({ field, references = [] }) => {
    const id = idOf(object[field]);
    const [type, ...others] = references;
    return id === undefined || type === undefined || others.length > 0 ? [] : [{ type, id }];
  });
}

/** Every object that changes with this one, according to the catalog. */
export function namedIn(
  { consequences }: CatalogObject,
  object: Readonly<Record<string, unknown>>,
): { type: string; id: string }[] {
  return consequences.flatMap((row) =>
    row.by === 'named' ? idsAt(object, row.path).map((id) => ({ type: row.type, id })) : [],
  );
}

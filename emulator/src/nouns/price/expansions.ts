import type { Json } from '../../state/rows.js';
import type { Unit } from '../../state/unit.js';

/** A deleted product is still named by its plan's last price; it shows as a stub then. */
export function productOf(id: string, unit: Unit): Json {
  if (unit.find('product', id) === undefined) return { id, object: 'product', deleted: true };
  return unit.show('product', id);
}

/** A price's tiers are shown only when asked for. */
export function tiersOf(id: string, unit: Unit): unknown {
  return unit.find('price', id)?.tiers ?? null;
}

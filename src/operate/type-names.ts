import { catalogOf } from '../catalog/catalog.js';

/** The table of a type, by which people know it. */
export function tableOfType(type: string): string {
  return catalogOf(type)?.table ?? type;
}

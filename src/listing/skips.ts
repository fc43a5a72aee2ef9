import { catalogOf } from '../catalog/catalog.js';
import { unlistableOf } from '../stripe/failure.js';
import type { StripeObject } from '../stripe/gateway.js';
import { idOf } from '../stripe/id-of.js';
import { failureText } from './failure-text.js';
import type { SkippedParent, SkippedParents } from './sweep-type.js';
import type { Skipped } from './walk.js';

/** The parents that a listing of one type had to leave out, and what that leaves unchecked. */
export interface Skips {
  note(skipped: Skipped): void;
  /** Whether a row is below one of them; undefined while there are none. */
  isSpared(): ((data: StripeObject) => boolean) | undefined;
  all(): SkippedParents;
}

const NAMED_MAX = 20;

export function createSkips(type: string): Skips {
  const parents = new Map<string, SkippedParent>();
  const fields = new Set<string>();
  const table = catalogOf(type)?.table ?? type;

  const isSpared = (data: StripeObject): boolean => {
    const named = [...fields].flatMap((field) => idOf(data[field]) ?? []);
    const below = named.flatMap((id) => parents.get(id) ?? []);
    for (const parent of below) parent.hasRows = true;
    return below.length > 0;
  };

  return {
    note({ type: parentType, id, field, error }) {
      fields.add(field).add(parentType);
      parents.set(id, {
        type: parentType,
        id,
        reason: failureText(error, `listing ${table} of ${parentType} ${id}`),
        lasting: unlistableOf(error) !== undefined,
        hasRows: false,
      });
    },
    isSpared: () => (parents.size === 0 ? undefined : isSpared),
    all() {
      const all = [...parents.values()].sort((a, b) => Number(isUnchecked(b)) - Number(isUnchecked(a)));
      return {
        count: all.length,
        unchecked: all.filter(isUnchecked).length,
        parents: all.slice(0, NAMED_MAX),
      };
    },
  };
}

/** If Stripe refuses for good and the mirror has no objects below the parent, there is nothing to check. */
export function isUnchecked({ lasting, hasRows }: SkippedParent): boolean {
  return !lasting || hasRows;
}

import { isDeepStrictEqual } from 'node:util';
import { catalogOf } from '../../catalog/catalog.js';
import type { StripeObject } from '../../stripe/gateway.js';
import { HIDDEN, isPersonal } from '../../catalog/personal.js';

/** One value of an object, as both sides have it. */
export interface ComparedField {
  /** As in `items.data[0].quantity`. */
  path: string;
  /** The row's value; absent: the row does not have it. */
  ours?: unknown;
  /** Stripe's value; absent: Stripe does not have it. */
  stripe?: unknown;
  /**
   * `differs`: an event or a proof should have made them equal. `volatile`: they may differ although nothing changed,
   * so no comparison looks at it. `same`: they are equal.
   */
  verdict: 'same' | 'differs' | 'volatile';
}

export interface ComparedSides {
  fields: ComparedField[];
  /** Fields that are not in the list, because there are too many. None of those that differ is left out. */
  more: number;
  /** How many differ. */
  differ: number;
}

const FIELDS_MAX = 1_000;
const DEPTH_MAX = 20;
/** What a list says about itself. Only its members are compared, as everywhere. */
const OF_LISTS: ReadonlySet<string> = new Set(['has_more', 'url', 'total_count', 'object']);

/** Puts two states of one object beside each other, field by field. Both are without secrets. */
export function sideBySide(
  type: string,
  { ours, stripe }: { ours: StripeObject | null; stripe: StripeObject | null },
  { showPersonal }: { showPersonal: boolean },
): ComparedSides {
  const entry = catalogOf(type);
  const volatile = new Set(entry?.volatile ?? []);
  const lists = new Set((entry?.subLists ?? []).map(({ field }) => field));
  const [left, right] = [leavesOf(ours), leavesOf(stripe)];
  const paths = [...new Set([...left.keys(), ...right.keys()])];
  const fields = paths.map((path): ComparedField => {
    const [a, b] = [left.get(path), right.get(path)];
    const steps = stepsOf(path);
    const verdict = isDeepStrictEqual(a, b)
      ? 'same'
      : isUncounted(steps, { volatile, lists, right })
        ? 'volatile'
        : 'differs';
    const shown = (value: unknown): unknown => (showPersonal || !steps.some(isPersonal) ? value : hidden(value));
    return {
      path,
      ...(left.has(path) ? { ours: shown(a) } : {}),
      ...(right.has(path) ? { stripe: shown(b) } : {}),
      verdict,
    };
  });
  const differing = fields.filter(({ verdict }) => verdict === 'differs').length;
  const kept = fields.filter(({ verdict }, index) => verdict === 'differs' || index < FIELDS_MAX);
  return { fields: kept, more: fields.length - kept.length, differ: differing };
}

interface Rules {
  volatile: ReadonlySet<string>;
  lists: ReadonlySet<string>;
  right: ReadonlyMap<string, unknown>;
}

function isUncounted(steps: readonly string[], { volatile, lists, right }: Rules): boolean {
  const [first = ''] = steps;
  if (volatile.has(first)) return true;
  if (!lists.has(first)) return false;
  if (steps.length === 2 && OF_LISTS.has(steps[1] ?? '')) return true;
  // Stripe shows the first members of a long list, or leaves the list out: what it does not show is not different.
  const isShown = [...right.keys()].some((path) => path === first || path.startsWith(`${first}.`));
  return !isShown || (right.get(`${first}.has_more`) === true && !right.has(steps.join('.')));
}

/** Every value that is not an object or a list with something in it, by its path. */
function leavesOf(object: StripeObject | null): Map<string, unknown> {
  const leaves = new Map<string, unknown>();
  if (object !== null) collect(leaves, '', object, 0);
  return leaves;
}

function collect(leaves: Map<string, unknown>, path: string, value: unknown, depth: number): void {
  const isBranch = typeof value === 'object' && value !== null && Object.keys(value).length > 0 && depth < DEPTH_MAX;
  if (!isBranch) return void leaves.set(path, value);
  for (const [field, inner] of Object.entries(value)) {
    const step = Array.isArray(value) ? `[${field}]` : path === '' ? field : `.${field}`;
    collect(leaves, `${path}${step}`, inner, depth + 1);
  }
}

function stepsOf(path: string): string[] {
  return path.split(/[.[\]]+/).filter((step) => step !== '');
}

function hidden(value: unknown): unknown {
  return value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0)
    ? value
    : HIDDEN;
}

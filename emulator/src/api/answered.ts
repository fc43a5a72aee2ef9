import type { Operation } from './operation.js';
import { SDK_ADDRESSES } from './sdk-addresses.js';

export interface Answered {
  /** How many of the SDK's operations are answered for real. */
  answered: number;
  /** How many operations the SDK has. */
  total: number;
  /** By the first words of the address: `/v1/subscriptions` → [answered, total]. */
  groups: Record<string, [answered: number, total: number]>;
  /** What answers 501, as `POST /v1/terminal/readers`. */
  unbuilt: string[];
}

/** Holds the built operations against the pinned SDK's: what only says 501 does not count. */
export function answered(operations: readonly Operation[]): Answered {
  const built = new Set(operations.map(({ verb, path }) => `${verb} ${path.replace(/:\w+/g, ':')}`));
  const result: Answered = { answered: 0, total: 0, groups: {}, unbuilt: [] };
  for (const [path, verbs] of Object.entries(SDK_ADDRESSES)) {
    const name = groupOf(path);
    const group = (result.groups[name] ??= [0, 0]);
    for (const verb of verbs.split(' ')) {
      const real = built.has(`${verb} ${path}`);
      result.total += 1;
      group[1] += 1;
      if (real) {
        result.answered += 1;
        group[0] += 1;
      } else result.unbuilt.push(`${verb} ${path}`);
    }
  }
  return result;
}

/** `/v1/billing/meters/:` and its like have a family before the noun; the others are named by their noun. */
const FAMILIES =
  /^\/v1\/(apps|billing|billing_portal|checkout|climate|crypto|entitlements|financial_connections|forwarding|identity|issuing|product_catalog|radar|reporting|sigma|tax|terminal|test_helpers|three_d_secure|treasury)\//;

const groupOf = (path: string): string =>
  path
    .split('/')
    .slice(0, FAMILIES.test(path) ? 4 : 3)
    .join('/');

import type { Source } from '../kernel/source.js';
import { HOWEVER_YOUNG, type Mirror } from '../mirror/mirror.js';
import type { Database } from '../store/database.js';
import { parentsOf, type ListingPlan } from './plan.js';

/** More parents than this are not asked for one by one: it takes hours of requests. */
export const PARENTS_MAX = 10_000;

/** Whether the mirror has more than `max` parents of one kind below which objects of the type are listed. */
export async function hasTooManyParents(
  { database, mirror }: { database: Database; mirror: Mirror },
  source: Source,
  plan: ListingPlan,
  max: number,
): Promise<boolean> {
  if (max === Infinity) return false;
  for (const type of parentsOf(plan)) {
    const parents = await mirror.scan(database, { source, type, after: '', asOf: HOWEVER_YOUNG, limit: max + 1 });
    if (parents.length > max) return true;
  }
  return false;
}

import { plans } from '../listing/plan.js';
import { PARENTS_MAX } from '../listing/too-many.js';
import type { Config } from './config.js';

/** The types that sweeps list. */
export function sweepTypesOf({ sweepTypes }: Pick<Config, 'sweepTypes'>): readonly string[] {
  return sweepTypes ?? plans.map(({ type }) => type);
}

/** When sweeps are due, and below how many parents they list. */
export function scheduleOf({
  sweepTypes,
  sweepEveryMs,
  sweepRecentEveryMs,
}: Pick<Config, 'sweepTypes' | 'sweepEveryMs' | 'sweepRecentEveryMs'>) {
  return {
    types: sweepTypesOf({ sweepTypes }),
    parentsMax: sweepTypes === undefined ? PARENTS_MAX : Infinity,
    allEveryMs: sweepEveryMs,
    recentEveryMs: sweepRecentEveryMs,
  };
}

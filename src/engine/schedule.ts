import { plans } from '../listing/plan.js';
import { PARENTS_MAX } from '../listing/too-many.js';
import type { Config } from './config.js';

/** The types that sweeps list. */
export function sweepTypesOf({ sweepTypes, leaveOut }: Pick<Config, 'sweepTypes' | 'leaveOut'>): readonly string[] {
  return (sweepTypes ?? plans.map(({ type }) => type)).filter((type) => !leaveOut.includes(type));
}

/** When sweeps are due, and below how many parents they list. */
export function scheduleOf({
  sweepTypes,
  leaveOut,
  sweepEveryMs,
  sweepRecentEveryMs,
}: Pick<Config, 'sweepTypes' | 'leaveOut' | 'sweepEveryMs' | 'sweepRecentEveryMs'>) {
  return {
    types: sweepTypesOf({ sweepTypes, leaveOut }),
    parentsMax: sweepTypes === undefined ? PARENTS_MAX : Infinity,
    allEveryMs: sweepEveryMs,
    recentEveryMs: sweepRecentEveryMs,
  };
}

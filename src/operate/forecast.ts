import type { ProcessBudget } from '../engine/process-record.js';
import type { Source } from '../kernel/source.js';

/** When nothing will wait any more, if no more hints come and Stripe takes every request that is allowed. */
export interface Forecast {
  /** In so many seconds; null: nobody works on it. 0: nothing waits. */
  seconds: number | null;
  /** Why there is none; null: there is one. */
  because: 'nobody_proves' | 'paused' | null;
}

/** Objects of a type that can be read now, and the account whose key reads them. */
export interface Waiting extends Source {
  platform: string;
  type: string;
  objects: number;
}

/** One process that reads marked objects, and how much it may ask. */
export interface ProvingProcess {
  paused: string | null;
  budgets: readonly ProcessBudget[];
}

/** An object takes one request or more, so this is the least that it can take. */
export function forecastOf(waiting: readonly Waiting[], processes: readonly ProvingProcess[]): Forecast {
  const open = waiting.filter(({ objects }) => objects > 0);
  if (open.length === 0) return { seconds: 0, because: null };
  if (processes.length === 0) return { seconds: null, because: 'nobody_proves' };
  const running = processes.filter(({ paused }) => paused === null);
  if (running.length === 0) return { seconds: null, because: 'paused' };
  const groups = new Map<string, Waiting[]>();
  for (const one of open) {
    const key = `${one.platform} ${one.livemode}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const seconds = [...groups.values()].map((group) => secondsOf(group, running));
  return seconds.includes(Infinity)
    ? { seconds: null, because: 'nobody_proves' }
    : { seconds: Math.ceil(Math.max(...seconds)), because: null };
}

/** By the total rate, or by the rate of one endpoint, whichever takes longer. Every process has a budget of its own. */
function secondsOf(waiting: readonly Waiting[], processes: readonly ProvingProcess[]): number {
  const [first] = waiting;
  const budgets = processes.flatMap(({ budgets: all }) =>
    all.filter(({ account, livemode }) => account === first?.platform && livemode === first.livemode),
  );
  const sum = (rate: (budget: ProcessBudget) => number): number => budgets.reduce((all, one) => all + rate(one), 0);
  const total = waiting.reduce((all, { objects }) => all + objects, 0);
  const byType = new Map<string, number>();
  for (const { type, objects } of waiting) byType.set(type, (byType.get(type) ?? 0) + objects);
  if (budgets.length === 0) return Infinity;
  return Math.max(
    total / sum((one) => one.rateTotal),
    Math.max(...byType.values()) / sum((one) => one.ratePerEndpoint),
  );
}

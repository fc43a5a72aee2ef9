import type { Simulated } from './simulate.js';

type Sum = Omit<Simulated, 'seed' | 'problems' | 'trace'>;

/** What came of many seeds. */
export interface Total {
  readonly seeds: number;
  readonly failed: number;
  add(result: Simulated, onSql: boolean): void;
  text(): string;
}

export function createTotal(): Total {
  const sum: Sum = {
    ...{ changes: 0, events: 0, deliveries: 0, acknowledged: 0, reads: 0, writes: 0, faults: 0 },
    ...{ crashes: 0, clockJumps: 0, found: 0, pages: 0 },
  };
  const total = { seeds: 0, onSql: 0, failed: 0 };
  const count = (number: number): string => number.toLocaleString('en');
  return {
    get seeds() {
      return total.seeds;
    },
    get failed() {
      return total.failed;
    },
    add(result, onSql) {
      total.seeds += 1;
      total.onSql += Number(onSql);
      total.failed += Number(result.problems.length > 0);
      for (const key of Object.keys(sum) as (keyof Sum)[]) sum[key] += Number(result[key]);
    },
    text: () =>
      `${count(total.seeds)} seeds (${count(total.onSql)} on PGlite), ${count(total.failed)} failed; ` +
      `${count(sum.changes)} changes at Stripe, ${count(sum.events)} events, ${count(sum.deliveries)} deliveries of which ` +
      `${count(sum.acknowledged)} acknowledged, ${count(sum.reads + sum.writes)} requests of which ${count(sum.writes)} own writes and ${count(sum.faults)} ` +
      `answered by a fault, ${count(sum.pages)} proofs by pages, ${count(sum.crashes)} crashes, ${count(sum.clockJumps)} clock jumps, ${count(sum.found)} differences found ` +
      'by sweeps and repaired',
  };
}

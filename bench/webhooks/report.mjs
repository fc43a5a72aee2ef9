// @ts-check
// What is printed of runs.
import { medianOf } from '../support/samples.mjs';

/**
 * @typedef {import('./arena.mjs').Run} Run
 * @typedef {import('../receivers/receiver.mjs').Receiver} Receiver
 * @typedef {{ receiver: Receiver, runs: readonly Run[], median: Run }} Measured
 * @typedef {{ workload: import('./workloads.mjs').Workload, measured: readonly Measured[] }} Compared
 *   one workload through each receiver, run in turn
 */

/**
 * The median of each figure by itself.
 * @param {readonly Run[]} runs
 * @returns {Run}
 */
export function medianRun(runs) {
  /** @type {(figure: (run: Run) => number | undefined) => number | undefined} */
  const of = (figure) => {
    const known = runs.map(figure).filter((number) => number !== undefined);
    return known.length === 0 ? undefined : medianOf(known);
  };
  return {
    rate: of(({ rate }) => rate) ?? NaN,
    shown: of(({ shown }) => shown),
    proven: of(({ proven }) => proven),
    p50: of(({ p50 }) => p50) ?? NaN,
    p99: of(({ p99 }) => p99) ?? NaN,
    server: of(({ server }) => server) ?? NaN,
    database: of(({ database }) => database),
    seconds: of(({ seconds }) => seconds) ?? NaN,
    refused: {},
  };
}

/**
 * The rate of the first receiver divided by that of another one, pair by pair.
 * @param {readonly Run[]} own
 * @param {readonly Run[]} other
 */
export function ratiosOf(own, other) {
  return own.map(({ rate }, index) => rate / (other[index]?.rate ?? NaN));
}

/**
 * @param {Receiver} receiver
 * @param {Run} run
 */
export function runLine({ name }, run) {
  const { rate, shown, proven, p50, p99, server, database, refused } = run;
  return [
    `  ${name.padEnd(38)} ${rate.toFixed(0).padStart(6)}/s`,
    `  p50 ${p50.toFixed(1).padStart(6)}  p99 ${p99.toFixed(1).padStart(6)} ms`,
    `  ${server.toFixed(0).padStart(5)} + ${database?.toFixed(0) ?? '–'} µs/event`,
    ...(shown === undefined ? [] : [`  ${(100 * shown).toFixed(shown === 1 ? 0 : 2)} % shown`]),
    ...(proven === undefined ? [] : [`  ${proven.toFixed(0)}/s proven`]),
    ...(Object.keys(refused).length === 0 ? [] : [`  refused: ${JSON.stringify(refused)}`]),
  ].join('');
}

/** @param {Compared} compared */
export function printMedians({ measured: [own, ...others] }) {
  if (own === undefined) return;
  console.log('  medians:');
  for (const { receiver, median } of [own, ...others]) console.log(runLine(receiver, median));
  for (const { receiver, runs } of others) {
    const ratios = ratiosOf(own.runs, runs).map((ratio) => ratio.toFixed(2));
    console.log(`  ratio to ${receiver.name}: ${ratios.join(' · ')}`);
  }
}

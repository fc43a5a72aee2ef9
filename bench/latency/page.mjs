// @ts-check
// What bench:latency writes into the page: a table and a plot of the rates, and a sentence about the cancellations.
import { machineSentence } from '../support/machine.mjs';
import { markdownTable, nameInTable, runsSaid } from '../support/page.mjs';
import { rangePlot } from '../support/plot.mjs';
import { grouped } from '../webhooks/workloads.mjs';
import { medianSteady } from './report.mjs';

/**
 * @typedef {import('./steady.mjs').Steady} Steady
 * @typedef {{ receiver: import('../receivers/receiver.mjs').Receiver, runs: readonly Steady[] }} Result
 * @typedef {{ rate: number, results: readonly Result[] }} Measured
 * @typedef {{ count: number, p50: number, p90: number, p99: number, most: number }} Cancelled
 * @typedef {{ machine: import('../support/machine.mjs').Machine, command: string, embedded: boolean, pairs: number,
 *   seconds: number }} Facts
 */

/**
 * @param {{ measured: readonly Measured[], cancelled: Cancelled | undefined }} results
 * @param {Facts} facts
 * @returns {import('../support/page.mjs').Block[]}
 */
export function blocksOf({ measured, cancelled }, facts) {
  const place = facts.embedded ? 'pglite' : 'postgres';
  const blocks = [{ name: `bench:latency ${place}`, ...ratesOf(measured, facts) }];
  if (cancelled === undefined) return blocks;
  const said = cancellationsOf(cancelled, facts);
  return [...blocks, { name: `bench:latency cancellations ${place}`, text: said, plot: undefined }];
}

/**
 * @param {readonly Measured[]} measured
 * @param {Facts} facts
 */
function ratesOf(measured, { embedded, ...facts }) {
  const title = embedded ? 'From an event to its row, on PGlite' : 'From an event to its row';
  const path = `plots/latency-${embedded ? 'pglite' : 'postgres'}.svg`;
  const rows = measured.flatMap(({ rate, results }) =>
    results.map(({ receiver, runs }, index) => {
      const { unseen, refused, answerP50, answerP99 } = medianSteady(runs);
      return [
        index === 0 ? `${grouped(rate)}/s` : '',
        nameInTable(receiver),
        runs.map(({ p50 }) => p50.toFixed(1)).join(' · '),
        runs.map(({ p99 }) => p99.toFixed(1)).join(' · '),
        `${answerP50.toFixed(1)}, ${answerP99.toFixed(1)}`,
        unseen + refused === 0 ? 'all' : `${unseen} without a row, ${refused} refused`,
      ];
    }),
  );
  const head = ['mixed events', '', 'to the row: p50 ms, each run', 'p99 ms', 'to the answer: p50, p99 ms', 'shown'];
  const text = [
    `## ${title}`,
    `![${title}, milliseconds from p50 to p99](${path})`,
    markdownTable([head, ...rows]),
    `\`${facts.command}\`, ${runsSaid(facts.pairs, facts.seconds)}. ${machineSentence(facts.machine)}`,
  ];
  return { text: text.join('\n\n'), plot: { path, svg: plotOf(title, measured) } };
}

/**
 * @param {string} title
 * @param {readonly Measured[]} measured
 */
function plotOf(title, measured) {
  const series = (measured[0]?.results ?? []).map(({ receiver }) => receiver.name);
  const groups = measured.map(({ rate, results }) => ({
    label: `${grouped(rate)} events/s`,
    ranges: results.map(({ runs }) => {
      const { p50, p99 } = medianSteady(runs);
      return { low: p50, high: p99 };
    }),
  }));
  return rangePlot({ title, unit: 'ms, from p50 (dot) to p99', series }, groups);
}

/**
 * @param {Cancelled} cancelled
 * @param {Facts} facts
 */
function cancellationsOf({ count, p50, p90, p99, most }, { command, machine, embedded }) {
  const figures = `p50 ${p50.toFixed(1)} ms, p90 ${p90.toFixed(1)}, p99 ${p99.toFixed(1)}, slowest ${most.toFixed(1)}`;
  return (
    `${embedded ? 'On PGlite' : 'On PostgreSQL'}: ${grouped(count)} subscriptions cancelled one after the other at ` +
    `the emulator. From the request to the row that says so: ${figures}. \`${command}\`. ${machineSentence(machine)}`
  );
}

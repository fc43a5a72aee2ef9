// @ts-check
// What bench:webhooks writes into the page: a table and a plot for each part.
import { machineSentence } from '../support/machine.mjs';
import { markdownTable, nameInTable, runsSaid } from '../support/page.mjs';
import { barPlot } from '../support/plot.mjs';
import { ratiosOf } from './report.mjs';
import { grouped } from './workloads.mjs';

/**
 * @typedef {import('./workloads.mjs').Part} Part
 * @typedef {import('./workloads.mjs').Workload} Workload
 * @typedef {import('./report.mjs').Compared} Compared
 * @typedef {import('./report.mjs').Measured} Measured
 * @typedef {{ machine: import('../support/machine.mjs').Machine, command: string, pairs: number, seconds: number }}
 *   Facts
 */

/**
 * @param {Part} part
 * @param {readonly Compared[]} compared
 * @param {Facts} facts
 * @returns {import('../support/page.mjs').Block}
 */
export function blockOf(part, compared, { machine, command, pairs, seconds }) {
  const path = `plots/webhooks-${part.name}.svg`;
  const text = [
    `## ${part.title}`,
    part.said,
    `![${part.title}: events a second](${path})`,
    tableOf(part, compared),
    `\`${command}\`, ${runsSaid(pairs, seconds)}. ${machineSentence(machine)}`,
  ];
  return { name: `bench:webhooks ${part.name}`, text: text.join('\n\n'), plot: { path, svg: plotOf(part, compared) } };
}

/**
 * @param {Part} part
 * @param {readonly Compared[]} compared
 */
function tableOf({ workloads }, compared) {
  const several = workloads.length > 1;
  const all = compared.flatMap(({ measured }) => measured);
  const proven = all.some(({ median }) => median.proven !== undefined);
  const [own] = compared[0]?.measured ?? [];
  const beside = all.some(({ receiver }) => receiver !== own?.receiver);
  const head = [
    ...(several ? [''] : []),
    '',
    'events/s, each run',
    'p50, p99 ms',
    'µs per event: receiver + PostgreSQL',
    'shown',
    ...(proven ? ['proven/s'] : []),
    ...(beside ? [`ratio of ${own?.receiver.name} to it`] : []),
  ];
  const rows = compared.flatMap(({ workload, measured }) =>
    measured.map((each, index) => [
      ...(several ? [index === 0 ? labelOf(workload, workloads) : ''] : []),
      nameInTable(each.receiver),
      each.runs.map(({ rate }) => grouped(rate)).join(' · '),
      `${oneDecimal(each.median.p50)}, ${oneDecimal(each.median.p99)}`,
      costOf(each),
      each.median.shown === undefined ? '' : `${Number((100 * each.median.shown).toFixed(2))} %`,
      ...(proven ? [provenOf(each.runs).map(grouped).join(' · ')] : []),
      ...(beside ? [index === 0 ? '' : ratioText(measured[0], each)] : []),
    ]),
  );
  return markdownTable([head, ...rows]);
}

/**
 * @param {Part} part
 * @param {readonly Compared[]} compared
 */
function plotOf({ title, workloads }, compared) {
  const series = (compared[0]?.measured ?? []).map(({ receiver }) => receiver.name);
  const groups = compared.map(({ workload, measured }) => ({
    label: labelOf(workload, workloads),
    bars: measured.map(({ median, runs }) => ({ value: median.rate, samples: runs.map(({ rate }) => rate) })),
  }));
  const proven = compared.flatMap(({ measured }) => (measured.some(provesOf) ? [provenGroup(measured)] : []));
  const unit = `events${proven.length === 0 ? ' accepted' : ''} a second; dots: each run`;
  const accepted = groups.map(({ label, bars }) => ({ label: proven.length === 0 ? label : 'accepted', bars }));
  return barPlot({ title, unit, series }, [...accepted, ...proven]);
}

/** @param {Measured} measured */
function provesOf({ median }) {
  return median.proven !== undefined;
}

/** @param {Measured['runs']} runs */
function provenOf(runs) {
  return runs.map(({ proven }) => proven).filter((rate) => rate !== undefined);
}

/** @param {readonly Measured[]} measured */
function provenGroup(measured) {
  const bars = measured.map(({ median: { proven }, runs }) =>
    proven === undefined ? undefined : { value: proven, samples: provenOf(runs) },
  );
  return { label: 'proven', bars };
}

/**
 * How a workload differs from the others of its part.
 * @param {Workload} workload
 * @param {readonly Workload[]} others
 */
function labelOf(workload, others) {
  const differs = (/** @type {keyof Workload} */ field) => new Set(others.map((each) => each[field])).size > 1;
  const { load, connections, items, bytes, copies } = workload;
  const said = [
    ...(differs('load') ? [load] : []),
    ...(differs('connections') ? [`${connections} connection${connections === 1 ? '' : 's'}`] : []),
    ...(differs('items') ? [items === 0 ? 'no other items' : `${grouped(items)} other items`] : []),
    ...(differs('bytes') ? [bytes === undefined ? 'as they are' : `${grouped(bytes)} bytes`] : []),
    ...(differs('copies') ? [`each ${copies} times`] : []),
  ];
  return said.length > 0 ? said.join(', ') : `${connections} connections`;
}

/** @param {Measured} measured */
function costOf({ median: { server, database } }) {
  return database === undefined ? grouped(server) : `${grouped(server)} + ${grouped(database)}`;
}

/**
 * @param {Measured | undefined} own
 * @param {Measured} other
 */
function ratioText(own, other) {
  const ratios = ratiosOf(own?.runs ?? [], other.runs);
  return `**${ratios.map((ratio) => ratio.toFixed(2)).join(' · ')}**`;
}

/** @param {number} number */
function oneDecimal(number) {
  return number.toFixed(1);
}

// @ts-check
// What bench:soak prints at its end, and writes into the page.
import { machineSentence } from '../support/machine.mjs';
import { markdownTable } from '../support/page.mjs';
import { grouped } from '../webhooks/workloads.mjs';

/** @typedef {import('./play.mjs').Result} Result */

/**
 * @param {Result} result
 * @returns {string[]}
 */
export function conclusionsOf({ minutes, met, first, steady, last, lost, bytes, fresh }) {
  const running = minutes.filter(({ rssMib }) => rssMib > 0).map(({ rssMib }) => rssMib);
  const again = first.again + steady.again + last.again;
  const reader = met.find(({ name }) => name === 'reader');
  return [
    `${grouped(lost)} accepted events are missing in the inbox; events were sent again ${grouped(again)} times`,
    `at full speed ${grouped(first.perSecond)} events a second at first, ${grouped(last.perSecond)} at the end (${percent(last.perSecond, first.perSecond)})`,
    `every object proven ${seconds(first.provenAfter)} after the first burst, ${seconds(steady.provenAfter)} after the steady load, ${seconds(last.provenAfter)} after the last burst`,
    `resident memory of the service ${range(running)} MiB; in the last three looks ${range(running.slice(-3))} MiB`,
    ...(reader === undefined || reader.events === 0
      ? []
      : [`the tables grew by ${grouped(reader.bytes / reader.events)} bytes for each event while ${reader.said}`]),
    `after the rest, tables and indexes have ${mib(bytes)} MiB; written again, ${mib(fresh)} MiB (${(bytes / fresh).toFixed(2)} times)`,
  ];
}

/**
 * @param {Result} result
 * @param {{ machine: import('../support/machine.mjs').Machine, command: string, options: import('./options.mjs').Options }} facts
 * @returns {import('../support/page.mjs').Block}
 */
export function blockOf(result, { machine, command, options }) {
  const { events, burst, objects, rate, connections } = options;
  const text = [
    '## Hours of load, with what goes wrong',
    `${grouped(burst)} events at full speed over ${connections} connections, ${grouped(events)} at ${rate} a second, and ${grouped(burst)} at full ` +
      `speed again, about ${grouped(objects)} objects. In between, one after the other: ${result.met.map(({ said }) => said).join('; ')}.`,
    conclusionsOf(result)
      .map((line) => `- ${line[0]?.toUpperCase()}${line.slice(1)}.`)
      .join('\n'),
    markdownTable([
      ['seconds', '', 'events/s', 'service, MiB', 'to prove', 'oldest, s', 'tables, MiB', 'dead rows'],
      ...thinned(result.minutes).map((minute) => [
        grouped(minute.at),
        minute.what,
        grouped(minute.perSecond),
        grouped(minute.rssMib),
        grouped(minute.marks),
        grouped(minute.lagSeconds),
        mib(minute.bytes),
        grouped(minute.dead),
      ]),
    ]),
    markdownTable([
      ['largest tables after the rest', 'rows, MiB', 'indexes, MiB', 'stored beside, MiB'],
      ...result.tables.map(({ name, rows, indexes, beside }) => [`\`${name}\``, mib(rows), mib(indexes), mib(beside)]),
    ]),
    `\`${command}\`. ${machineSentence(machine)}`,
  ].join('\n\n');
  return { name: 'bench:soak', text, plot: undefined };
}

/**
 * At most about forty lines.
 * @template T
 * @param {readonly T[]} all
 */
function thinned(all) {
  const step = Math.ceil(all.length / 40);
  return all.filter((_, index) => index % step === 0 || index === all.length - 1);
}

/** @param {number} bytes */
function mib(bytes) {
  return grouped(bytes / 2 ** 20);
}

/** @param {readonly number[]} numbers */
function range(numbers) {
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)].map((number) => number.toFixed(0));
  return least === most ? least : `${least} to ${most}`;
}

/**
 * @param {number} part
 * @param {number} whole
 */
function percent(part, whole) {
  return `${Math.round((100 * part) / whole)} %`;
}

/** @param {number} number */
function seconds(number) {
  return `${number.toFixed(1)} s`;
}

// @ts-check
// What is printed of runs at a fixed rate.
import { medianOf } from '../support/samples.mjs';

/** @typedef {import('./steady.mjs').Steady} Steady */

/** @param {readonly Steady[]} runs */
export function medianSteady(runs) {
  const of = (/** @type {keyof Steady} */ figure) => medianOf(runs.map((run) => run[figure]));
  return {
    p50: of('p50'),
    p99: of('p99'),
    most: of('most'),
    unseen: of('unseen'),
    refused: of('refused'),
    answerP50: of('answerP50'),
    answerP99: of('answerP99'),
  };
}

/**
 * @param {import('../receivers/receiver.mjs').Receiver} receiver
 * @param {Steady} run
 */
export function lineOf({ name }, { p50, p99, most, unseen, refused, answerP50, answerP99 }) {
  const [row, rowLate, last] = [p50, p99, most].map((ms) => ms.toFixed(1).padStart(6));
  const answers = `(${answerP50.toFixed(1)}, ${answerP99.toFixed(1)})`;
  const lost = unseen + refused === 0 ? '' : `  ${unseen} without a row, ${refused} refused`;
  return `  ${name.padEnd(38)} p50 ${row}  p99 ${rowLate}  max ${last} ms  ${answers}${lost}`;
}

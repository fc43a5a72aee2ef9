// @ts-check
import { parseArgs } from 'node:util';
import { numberOf } from '../support/options.mjs';

/**
 * @typedef {{ events: number, burst: number, objects: number, rate: number, connections: number, everySeconds: number,
 *   readerSeconds: number, awaySeconds: number, stripeSeconds: number, afterSeconds: number, write: string | undefined }}
 *   Options
 */

/**
 * @param {string[]} args
 * @returns {Options}
 */
export function optionsOf(args) {
  const { values } = parseArgs({
    args,
    options: {
      events: { type: 'string', default: '1000000' },
      burst: { type: 'string', default: '100000' },
      objects: { type: 'string', default: '100000' },
      rate: { type: 'string', default: '500' },
      connections: { type: 'string', default: '64' },
      every: { type: 'string', default: '60' },
      reader: { type: 'string', default: '600' },
      away: { type: 'string', default: '10' },
      stripe: { type: 'string', default: '600' },
      after: { type: 'string', default: '600' },
      write: { type: 'string' },
    },
  });
  const options = {
    events: numberOf('events', values.events, 10),
    burst: numberOf('burst', values.burst, 1),
    objects: numberOf('objects', values.objects, 5),
    rate: numberOf('rate', values.rate, 1),
    connections: numberOf('connections', values.connections, 1),
    everySeconds: numberOf('every', values.every, 0.1),
    readerSeconds: numberOf('reader', values.reader, 0),
    awaySeconds: numberOf('away', values.away, 0),
    stripeSeconds: numberOf('stripe', values.stripe, 0),
    afterSeconds: numberOf('after', values.after, 0),
    write: values.write,
  };
  if (options.objects % 5 !== 0) throw new Error('--objects: must be a multiple of 5, one for each type of object');
  return options;
}

// @ts-check
// What bench:webhooks plays, as data.
import { kinds } from '../load/events.mjs';

/**
 * @typedef {{ load: string, connections: number, items: number, bytes: number | undefined, copies: number }} Workload
 *   `load`: a type or `mixed`. `items`: rows of subscription items that are present before. `bytes`: bodies are
 *   filled up to this size. `copies`: how often each event is sent
 * @typedef {{ name: string, title: string, said: string, receivers: readonly string[], workloads: readonly Workload[]
 *   }} Part `said`: what readers of the page must know about this part
 */

/** @type {Workload} */
export const plain = { load: 'mixed', connections: 64, items: 0, bytes: undefined, copies: 1 };
const beside = ['lockstep', 'supabase', 'stripe'];

/** The whole run. @type {readonly Part[]} */
export const parts = [
  {
    name: 'connections',
    title: 'Mixed events over 1 to 256 connections',
    said: 'Customers, products, prices, subscriptions, and invoices in turn, each event about a new object.',
    receivers: beside,
    workloads: [1, 8, 64, 256].map((connections) => ({ ...plain, connections })),
  },
  {
    name: 'floors',
    title: 'Lockstep above its floors',
    said:
      'Two servers on bare `node:http` do the least that any receiver must do. One checks the signature and answers. ' +
      'The other also stores the event before it answers, with one insert for all that wait.',
    receivers: ['lockstep', 'inbox', 'signature'],
    workloads: [plain],
  },
  {
    name: 'proven',
    title: 'Until every object is proven',
    said:
      'Lockstep reads every object from Stripe again. With its limit for test mode that takes longer than the load. ' +
      'The second row has no limit, asks a Stripe that answers at once, and counts the time until no mark is left.',
    receivers: ['lockstep', 'proven'],
    workloads: [plain],
  },
  {
    name: 'types',
    title: 'Each type alone',
    said: '64 connections; each event is about a new object.',
    receivers: beside,
    workloads: kinds.map((load) => ({ ...plain, load })),
  },
  {
    name: 'items',
    title: 'Subscriptions beside a million items',
    said: 'Events about new subscriptions with one item, with so many rows of other subscription items in the table.',
    receivers: beside,
    workloads: [0, 1_000_000].map((items) => ({ ...plain, load: 'subscription', items })),
  },
  {
    name: 'duplicates',
    title: 'Each event twice',
    said: 'Stripe may deliver an event more than once. Here each is sent twice in a row; both deliveries are counted.',
    receivers: beside,
    workloads: [{ ...plain, copies: 2 }],
  },
  {
    name: 'bodies',
    title: 'Larger bodies',
    said: 'The mixed events, filled up with metadata.',
    receivers: beside,
    workloads: [5_000, 200_000].map((bytes) => ({ ...plain, bytes })),
  },
  {
    name: 'pglite',
    title: 'On the embedded database',
    said: 'PostgreSQL inside the process (PGlite), on disk, each commit synced. The peers need a PostgreSQL server.',
    receivers: ['pglite'],
    workloads: [1, 64].map((connections) => ({ ...plain, connections })),
  },
];

/**
 * What is different from the plain workload.
 * @param {Workload} workload
 */
export function workloadTitle({ load, connections, items, bytes, copies }) {
  return [
    load,
    `${connections} connection${connections === 1 ? '' : 's'}`,
    ...(items === 0 ? [] : [`${grouped(items)} items present`]),
    ...(bytes === undefined ? [] : [`bodies of ${grouped(bytes)} bytes`]),
    ...(copies === 1 ? [] : [`each ${copies} times`]),
  ].join(', ');
}

/** @param {number} number */
export function grouped(number) {
  return Math.round(number).toLocaleString('en-US');
}

// @ts-check
// Everything that takes webhooks here: Lockstep, its peers, and floors. Each start is a process of its own.
import { lockstep, lockstepEmbedded, lockstepProving } from './lockstep.mjs';
import { floor } from './floor.mjs';
import { peer } from './peer.mjs';

/**
 * @typedef {(text: string, values?: unknown[]) => Promise<Record<string, any>[]>} Query
 * @typedef {{ pid: number, url: string, query?: Query, stop: () => Promise<void> }} Running
 *   `query`: of a database that only this process can read
 * @typedef {{ databaseUrl: string | undefined, stripe: { url: string, key: string } }} At
 * @typedef {{
 *   name: string,
 *   rateMax: number,
 *   tables: Readonly<Record<string, string>> | undefined,
 *   keyed?: string,
 *   embedded?: true,
 *   proves?: true,
 *   items?: string,
 *   migrate: (databaseUrl: string) => Promise<void>,
 *   start: (at: At) => Promise<Running>,
 * }} Receiver `rateMax`: more events a second than it can take. `tables`: where the objects of each type are, to
 *   count what is shown; a floor has none. `keyed`: what the primary key has besides the id, for a select by it.
 *   `embedded`: it has its own database. `proves`: a run lasts until everything is proven. `items`: the statement
 *   that inserts the subscription items $2 to $3 as copies of $1.
 */

/** Name on the command line → what makes it. @type {Record<string, () => Receiver | Promise<Receiver>>} */
const makers = {
  lockstep: () => lockstep(),
  proven: () => lockstepProving(),
  pglite: () => lockstepEmbedded(),
  supabase: () => peer('supabase'),
  stripe: () => peer('stripe'),
  inbox: () => floor('durable insert'),
  signature: () => floor('signature'),
};

/** @type {Map<string, Receiver | Promise<Receiver>>} */
const made = new Map();

/**
 * The receiver of this name, always the same one. A peer is installed when it is first named.
 * @param {string} name
 */
export async function receiverNamed(name) {
  const maker = makers[name];
  if (maker === undefined) throw new Error(`no receiver is named ${name}: there are ${Object.keys(makers).join(', ')}`);
  const receiver = made.get(name) ?? maker();
  made.set(name, receiver);
  return receiver;
}

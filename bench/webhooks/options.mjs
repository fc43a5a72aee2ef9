// @ts-check
import { parseArgs } from 'node:util';
import { kinds } from '../load/events.mjs';
import { integersOf, numberOf } from '../support/options.mjs';
import { parts, plain } from './workloads.mjs';

/**
 * @typedef {{ parts: readonly import('./workloads.mjs').Part[], pairs: number, seconds: number,
 *   write: string | undefined }} Options
 */

/**
 * @param {string[]} args
 * @returns {Options}
 */
export function optionsOf(args) {
  const { values } = parseArgs({
    args,
    options: {
      part: { type: 'string' },
      load: { type: 'string' },
      types: { type: 'boolean' },
      connections: { type: 'string' },
      items: { type: 'string' },
      bytes: { type: 'string' },
      copies: { type: 'string' },
      peer: { type: 'string' },
      floors: { type: 'boolean' },
      proven: { type: 'boolean' },
      pglite: { type: 'boolean' },
      pairs: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '6' },
      write: { type: 'string' },
    },
  });
  const { part, pairs, seconds, write, ...own } = values;
  const isOwn = Object.keys(own).length > 0;
  if (isOwn && (part !== undefined || write !== undefined))
    throw new Error('--part and --write are about the whole run: leave out the options of a load of your own');
  return {
    parts: isOwn ? [ownPart(own)] : chosen(part),
    pairs: numberOf('pairs', pairs, 1),
    seconds: numberOf('seconds', seconds, 0),
    write,
  };
}

/** @param {string | undefined} names */
function chosen(names) {
  if (names === undefined) return parts;
  return names.split(',').map((name) => {
    const part = parts.find((each) => each.name === name);
    if (part === undefined) throw new Error(`--part ${name}: there are ${parts.map((each) => each.name).join(', ')}`);
    return part;
  });
}

/**
 * A load of the caller's own: every combination of what was given.
 * @param {Partial<Record<'load' | 'connections' | 'items' | 'bytes' | 'copies' | 'peer', string>> &
 *   Partial<Record<'types' | 'floors' | 'proven' | 'pglite', boolean>>} own
 * @returns {import('./workloads.mjs').Part}
 */
function ownPart({ load, types, connections, items, bytes, copies, peer, floors, proven, pglite }) {
  const loads = load?.split(',') ?? (types ? kinds : [plain.load]);
  const unknown = loads.find((name) => name !== 'mixed' && !kinds.includes(name));
  if (unknown !== undefined) throw new Error(`--load ${unknown}: there are mixed, ${kinds.join(', ')}`);
  if (pglite && items !== undefined) throw new Error('--items: the embedded database of a run is always an empty one');
  const workloads = loads.flatMap((name) =>
    integersOf('connections', connections ?? '64', 1).flatMap((count) =>
      integersOf('items', items ?? '0', 0).map((present) => ({
        load: name,
        connections: count,
        items: present,
        bytes: bytes === undefined ? undefined : numberOf('bytes', bytes, 1),
        copies: numberOf('copies', copies ?? '1', 1),
      })),
    ),
  );
  const peers = pglite && peer === undefined ? [] : peersNamed(peer ?? 'supabase,stripe');
  return {
    name: 'own',
    title: 'A load of your own',
    said: '',
    receivers: [
      ...(pglite ? ['pglite'] : ['lockstep']),
      ...(proven ? ['proven'] : []),
      ...peers,
      ...(floors ? ['inbox', 'signature'] : []),
    ],
    workloads,
  };
}

/** @param {string} names */
export function peersNamed(names) {
  if (names === 'none') return [];
  return names.split(',').map((name) => {
    if (name !== 'supabase' && name !== 'stripe') throw new Error(`--peer ${name}: there are supabase, stripe, none`);
    return name;
  });
}

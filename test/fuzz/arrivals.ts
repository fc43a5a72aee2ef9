import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { eventBodies } from './events.js';
import { readEvent, type Arrival } from './ours.js';
import { countSecrets, withoutSecrets } from './secrets.js';
import type { Runs } from './signatures.js';

export interface ArrivalCounts {
  runs: number;
  /** Bodies that were events, and of them those whose secrets had to be taken out. */
  events: number;
  withSecrets: number;
  refused: number;
}

type Json = Record<string, unknown>;

/**
 * Whatever a body holds, it is read without an error: as an event, complete but for its secrets, or as none.
 * @throws with the seed and the smallest body found
 */
export function fuzzArrivals({ runs, seed }: Runs): ArrivalCounts {
  const counts = { runs: 0, events: 0, withSecrets: 0, refused: 0 };
  const property = fc.property(eventBodies(), (body) => {
    const sent = parsed(body.toString('utf8'));
    const arrival = readEvent(body);
    counts.runs += 1;
    if (arrival === undefined) counts.refused += 1;
    else counts.events += 1;
    if (arrival !== undefined && countSecrets(sent) > 0) counts.withSecrets += 1;
    const fault = arrival === undefined ? isEvent(sent) && 'an event of Stripe was refused' : faultOf(arrival, sent);
    if (fault) throw new Error(`${fault}: ${body.toString('utf8').slice(0, 2_000)}`);
  });
  fc.assert(property, { seed, numRuns: runs });
  return counts;
}

/** What is wrong with the reading of an event that says `sent`, if anything. */
function faultOf(arrival: Arrival, sent: unknown): string | false {
  const kept = parsed(arrival.body);
  if (!isObject(sent) || !isObject(kept)) return 'what is kept is not a JSON object';
  // Of two fields of one name the last counts, here as in PostgreSQL: so as it is stored, not as it is written.
  if (countSecrets(kept) + countSecrets(arrival.snapshot) > 0) return 'a secret is kept';
  if (!isDeepStrictEqual(storable(kept), storable(withoutSecrets(sent)))) return 'more than secrets is missing';
  const columns = [arrival.id, arrival.type, arrival.livemode, arrival.created.getTime() / 1_000];
  const said = [sent['id'], sent['type'], sent['livemode'], (sent['created'] as number) + 0]; // -0 is 0
  return !isDeepStrictEqual(columns, said) && 'the columns say something else';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Beyond doubt an event: stricter than what we take. */
function isEvent(value: unknown): boolean {
  if (!isObject(value) || value['object'] !== 'event' || !isObject(value['data'])) return false;
  const { id, type, created, livemode, data, api_version: version, account } = value;
  const previous = data['previous_attributes'];
  return (
    [id, type].every((text) => typeof text === 'string' && text !== '' && text.length <= 255) &&
    [version, account].every((text) => typeof text === 'string' || text === undefined || text === null) &&
    !(typeof account === 'string' && account.length > 255) &&
    typeof livemode === 'boolean' &&
    Number.isInteger(created) &&
    (created as number) >= 0 &&
    (created as number) <= 253_402_300_799 &&
    isObject(data['object']) &&
    (previous === undefined || previous === null || isObject(previous))
  );
}

/** A NUL, and half a surrogate pair: with the flag `u` a whole pair is one character and does not match. */
const UNSTORABLE = /\u0000|\p{Surrogate}/gu;

/** The same with every character that PostgreSQL refuses replaced, in keys too; and without infinite numbers. */
function storable(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'string') return value.replace(UNSTORABLE, '\ufffd');
  if (Array.isArray(value)) return value.map(storable);
  if (!isObject(value)) return value;
  const copy = {};
  for (const [key, inner] of Object.entries(value)) {
    const name = storable(key) as string;
    Object.defineProperty(copy, name, { value: storable(inner), enumerable: true, configurable: true, writable: true });
  }
  return copy;
}

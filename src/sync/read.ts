import type { Claim } from '../inbox/marks.js';
import type { Mirror } from '../mirror/mirror.js';
import type { Queryable } from '../store/database.js';
import { unlistableOf } from '../stripe/failure.js';
import type { Gateway, Reading, StripeObject } from '../stripe/gateway.js';
import { listBeside, mayListBeside } from './consequences.js';

export interface ReadParts {
  database: Queryable;
  mirror: Mirror;
  gateway: Gateway;
}

/**
 * Reads a claimed object. Also reads a list of objects below it, if they changed together and only the list shows it. While
 * the claim holds, nobody else writes the object's proven row, so it can be read outside of the proof's transaction.
 */
export async function readClaimed(
  claim: Claim,
  { database, mirror, gateway }: ReadParts,
  signal: AbortSignal,
): Promise<Reading> {
  const { type, id, parents, heard, once } = claim;
  const reading = await gateway.read(type, id, parents, signal);
  if (reading.found === null || !mayListBeside(type)) return reading;
  const before = await mirror.readProven(database, claim);
  // For a new object with a single event, the read shows all that the event reported. Later changes send further events.
  const mayHaveReturned = heard && !(before === null && once);
  const path = listBeside(type, { before, after: reading.found, mayHaveReturned });
  if (path === undefined) return reading;
  return { ...reading, listed: await listed(gateway, path, id, signal) };
}

/** Reads the list. If the key may not list it, or it does not exist, the object is proven without it. */
async function listed(gateway: Gateway, path: string, id: string, signal: AbortSignal): Promise<StripeObject[]> {
  try {
    return await gateway.listBelow(path, id, signal);
  } catch (error) {
    if (unlistableOf(error) === undefined) throw error;
    return [];
  }
}

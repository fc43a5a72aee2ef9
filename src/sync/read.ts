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
 * Reads a claimed object, and the list of what changed with it where only a list shows that. While the claim holds nobody
 * else writes what is proven of the object, so it may be looked at outside of the proof's transaction.
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
  // Of an object never seen one event tells what a read shows; whatever came and went since sends events of its own.
  const mayHaveReturned = heard && !(before === null && once);
  const path = listBeside(type, { before, after: reading.found, mayHaveReturned });
  if (path === undefined) return reading;
  return { ...reading, listed: await listed(gateway, path, id, signal) };
}

/** A list that the key may not see, or that is not there, must not keep the object from being proven. */
async function listed(gateway: Gateway, path: string, id: string, signal: AbortSignal): Promise<StripeObject[]> {
  try {
    return await gateway.listBelow(path, id, signal);
  } catch (error) {
    if (unlistableOf(error) === undefined) throw error;
    return [];
  }
}

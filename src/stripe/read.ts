import Stripe from 'stripe';
import { catalogOf, isReadable, type CatalogObject, type SubList } from '../catalog/catalog.js';
import { LockstepError } from '../kernel/error.js';
import { addressOfObject, addressOfSubList, type Address, type Parents } from './address.js';
import { objectionToOwners } from './answer.js';
import { dateOf, errorDateOf, sendChecked, type Asking } from './checked-answer.js';
import type { StripeAnswer } from './client.js';
import { stripeFailureOf } from './failure.js';
import type { Reading, StripeObject } from './gateway.js';
import { listAll } from './list.js';
import { refusesToExpand, withExpansions, withoutLookingInto } from './look-into.js';
import type { ReadLimits } from './read-limits.js';
import { UnusableAnswer } from './unusable.js';

/** The object to read: its type, its id, and the parents that it was seen with. */
export interface Wanted {
  type: string;
  id: string;
  parents: Parents;
}

/**
 * Reads an object, with its owned sub-lists complete. `found` is null if Stripe says that it is missing. Other failures
 * throw.
 * @throws UnusableAnswer the answer is about something else
 * @throws stripe_refused no endpoint reads one object of this type
 */
export async function readObject(asking: Asking, { type, id, parents }: Wanted, limits: ReadLimits): Promise<Reading> {
  const entry = catalogOf(type);
  if (entry === undefined || !isReadable(entry)) throw unreadable(type);
  if (entry.assembled) return assemble(asking, entry, id, limits);
  const own = addressOfObject(entry, id, parents);
  if (own === undefined) throw unreadable(type);
  let answer: StripeAnswer;
  try {
    answer = await readAt(asking, { entry, id, own, signal: limits.signal });
  } catch (error) {
    // Only the object's own path can say that it is gone, never a page of one of its lists.
    if (stripeFailureOf(error) !== 'missing') throw error;
    return { found: null, readAt: errorDateOf(error, asking.clock) };
  }
  limits.note(answer);
  const at = dateOf(answer, asking.clock);
  if (answer.object.deleted === true) return { found: null, readAt: at, isDeleted: true };
  const shown = { ...answer.object };
  await completeLists(asking, entry, { id, object: shown }, limits);
  return readingOf(entry, shown, at);
}

/**
 * What a page of a list shows of an object, as its own read would. The page was asked for with the values that a read
 * expands. Undefined if the page cuts off a list below the object: then only a read shows the object whole.
 */
export function readingOnPage(type: string, object: StripeObject, readAt: Date): Reading | undefined {
  const entry = catalogOf(type);
  const id = object.id;
  if (entry === undefined || id === undefined || object.deleted === true) return undefined;
  const isCutOff = entry.subLists.some(
    (subList) => isIncomplete(object, subList) && addressOfSubList(subList, object, id) !== undefined,
  );
  return isCutOff ? undefined : readingOf(entry, object, readAt);
}

function readingOf(entry: CatalogObject, shown: StripeObject, readAt: Date): Reading {
  if (entry.lookInto.length === 0) return { found: shown, readAt };
  return { found: withoutLookingInto(entry, shown), readAt, shown };
}

interface ReadAt {
  entry: CatalogObject;
  id: string;
  own: Address;
  signal: AbortSignal | undefined;
}

/** Reads the object at its own path, with the expanded values if the key may see them. */
async function readAt(asking: Asking, { entry, id, own, signal }: ReadAt): Promise<StripeAnswer> {
  const ask = (path: string): Promise<StripeAnswer> =>
    sendChecked(asking, { method: 'GET', endpoint: own.endpoint, path, signal }, { objects: [entry.object], id });
  const whole = withExpansions(entry, own.path);
  try {
    return await ask(whole);
  } catch (error) {
    if (whole === own.path || !refusesToExpand(error)) throw error;
    return ask(own.path);
  }
}

/** Builds an object from its lists, because Stripe has no request that reads it. */
async function assemble(asking: Asking, entry: CatalogObject, id: string, limits: ReadLimits): Promise<Reading> {
  const found: StripeObject = { object: entry.object, [entry.key]: id, livemode: asking.livemode };
  try {
    const at = await completeLists(asking, entry, { id, object: found }, limits);
    return { found, readAt: at ?? asking.clock.now() };
  } catch (error) {
    if (stripeFailureOf(error) !== 'missing' || paramOf(error) === 'starting_after') throw error;
    return { found: null, readAt: errorDateOf(error, asking.clock) };
  }
}

/**
 * Reads the object's sub-lists completely, into the object.
 * @returns when Stripe answered the first page; undefined if all lists were already complete
 */
async function completeLists(
  asking: Asking,
  entry: CatalogObject,
  { id, object }: { id: string; object: StripeObject },
  limits: ReadLimits,
): Promise<Date | undefined> {
  let firstAt: Date | undefined;
  for (const subList of entry.subLists) {
    if (!isIncomplete(object, subList)) continue;
    const address = addressOfSubList(subList, object, id);
    if (address === undefined) continue;
    const { members: data, readAt: at } = await listAll(asking, address, limits);
    firstAt ??= at;
    const objection = objectionToOwners(entry, id, { data }, subList);
    if (objection !== undefined) throw new UnusableAnswer(objection[0], `GET ${address.endpoint}: ${objection[1]}`);
    object[subList.field] = { object: 'list', data, has_more: false, url: address.path };
  }
  return firstAt;
}

/** An owned list is read even if Stripe leaves it out. Any other list is only completed if the object has its beginning. */
function isIncomplete(object: StripeObject, { field, owned }: SubList): boolean {
  const list = object[field];
  return list === undefined || list === null ? owned : !isWhole(list);
}

function isWhole(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'has_more' in value && value.has_more === false;
}

function paramOf(error: unknown): string | undefined {
  return error instanceof Stripe.errors.StripeError ? error.param : undefined;
}

function unreadable(type: string): LockstepError {
  return new LockstepError('stripe_refused', `Stripe has no endpoint to read one ${type}`);
}

import { catalogOf, isReadable, objects, ownedObjects, ownersOf } from '../catalog/catalog.js';
import { LockstepError } from '../kernel/error.js';
import { nearest } from '../kernel/nearest.js';

/** Whether proofs of objects of this type are in the feed: those that Stripe can be asked for one by one. */
function hasChanges(type: string): boolean {
  const entry = catalogOf(type);
  return entry !== undefined && entry.table !== null && !ownedObjects.has(type) && isReadable(entry);
}

const types = objects.map(({ object }) => object).filter(hasChanges);

/** @throws request_invalid with "did you mean", or with the type that it changes with */
export function refuseUnknownTypes(asked: readonly string[]): void {
  for (const type of asked) {
    if (hasChanges(type)) continue;
    throw new LockstepError('request_invalid', messageFor(type), { hint: hintFor(type) });
  }
}

function messageFor(type: string): string {
  if (catalogOf(type) === undefined) return `Unknown object type ${JSON.stringify(type)}`;
  return ownedObjects.has(type)
    ? `A ${type} changes with its parent`
    : `The change feed has no objects of type ${type}`;
}

function hintFor(type: string): string {
  if (ownedObjects.has(type)) return `ask for ${ownersOf(type).join(' or ')}`;
  if (catalogOf(type) !== undefined) return 'ask for types that Stripe can be asked for one by one';
  const near = nearest(type, types);
  return near === undefined ? "use Stripe's own name of an object, such as subscription" : `did you mean ${near}?`;
}

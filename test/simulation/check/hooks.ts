import type { Json } from '../stripe/kinds.js';
import type { Thing } from '../stripe/store.js';
import { partsOf, same, sameObject } from './facts.js';
import type { History } from './history.js';

/** A run of a hook that came to its end (of a change hook: that was committed), in the order in which they did. */
export interface ChangeCall {
  account: string;
  type: string;
  id: string;
  before: Json | null;
  after: Json | null;
}

export interface EventCall {
  account: string;
  event: string;
  /** The event's object as the mirror had it. */
  object: Json | null;
}

/**
 * What is wrong with the calls for one thing. One change hook's are the proven states, each with the one before it: every one,
 * once, in their order. Of a hook behind the commit any may be repeated later. An object that is older than the hook is
 * no change at its first sight, unless an event told of it.
 */
export function wrongCalls(
  thing: Thing,
  history: Pick<History, 'proofs' | 'wasHeardFirst'>,
  calls: readonly ChangeCall[],
  { since, mayRepeat }: { since: number; mayRepeat: boolean },
): string[] {
  const { type, id } = thing;
  const proofs = history.proofs(id);
  const changes = proofs.map((after, index) => ({ before: proofs[index - 1] ?? null, after }));
  const isOld = Number(proofs[0]?.['created']) < since && !history.wasHeardFirst(id);
  if (isOld || proofs[0] === null) changes.shift();
  const isOf = (call: ChangeCall, index: number): boolean => {
    const change = changes[index];
    return (
      change !== undefined && sameObject(type, call.before, change.before) && sameObject(type, call.after, change.after)
    );
  };
  let next = 0;
  for (const call of calls) {
    if (isOf(call, next)) next += 1;
    else if (!mayRepeat || !changes.slice(0, next).some((_, index) => isOf(call, index)))
      return [`a call for ${type} ${id} is not its change ${next + 1} of ${changes.length}`];
  }
  return next === changes.length ? [] : [`${changes.length - next} changes of ${type} ${id} were not told`];
}

/** Whether the mirror said at least what the event said when its hook ran. */
export function isOlder(thing: Thing, version: number, object: Json | null): boolean {
  const news = thing.versions.slice(version);
  if (object === null) return !news.some((one) => one.object === null);
  const parts = news.flatMap((one) => (one.object === null ? [] : partsOf(thing.type, one.object)));
  const { self, children } = partsOf(thing.type, object);
  return !(
    parts.some((one) => same(one.self, self)) &&
    [...children].every(([id, child]) => parts.some((one) => same(one.children.get(id), child)))
  );
}

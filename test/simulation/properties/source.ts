import { createRandom, type Random } from '../random.js';
import { render } from '../stripe/answers.js';
import { eventsOf } from '../stripe/events.js';
import type { Json } from '../stripe/kinds.js';
import { standing, type Change, type Thing } from '../stripe/store.js';

export const kindsOfChange = ['update', 'back', 'members', 'delete'] as const;
export type KindOfChange = (typeof kindsOfChange)[number];

/** One object at Stripe, small enough that a run is mostly interleaving. */
export interface SmallSource {
  readonly thing: Thing;
  /** Changes the object; the events of that, some of which may be none, two, older or thin. */
  change(kind: KindOfChange): Json[];
  /** As a read gives it, with its list complete; null: deleted. */
  read(): Json | null;
  /** As a list shows it. */
  listed(): Json[];
  readonly told: ReadonlyMap<string, { thing: string; version: number }>;
}

export interface SourceOptions {
  type: 'customer' | 'product' | 'subscription';
  seed: number;
  version: string;
  now: () => number;
}

const EVENTS: Readonly<Record<SourceOptions['type'], string>> = {
  ...{ customer: 'customer', product: 'product', subscription: 'customer.subscription' },
};

export function createSource({ type, seed, version, now }: SourceOptions): SmallSource {
  const random: Random = createRandom(seed);
  const id = `${type}_1`;
  const member = (index: number): Json => ({ id: `si_${index}`, object: 'subscription_item', quantity: index });
  const first: Json = { id, object: type, created: Math.floor(now() / 1_000), livemode: false, name: 'v0' };
  if (type === 'subscription') Object.assign(first, { status: 'active', items: [member(1)] });
  const thing: Thing = { type, id, order: 1, createdAt: now(), versions: [{ at: now(), object: first }] };
  const told = new Map<string, { thing: string; version: number }>();
  let changes = 0;

  const after = (kind: KindOfChange, before: Json): Json | null => {
    const items = before['items'] as Json[] | undefined;
    if (kind === 'delete') return type === 'subscription' ? { ...before, status: 'canceled' } : null;
    if (kind === 'back') return { ...before, name: before['name'] === 'v0' ? `v${changes}` : 'v0' };
    if (kind === 'members' && items !== undefined) {
      return { ...before, items: items.length > 1 ? items.slice(1) : [...items, member(changes + 1)] };
    }
    return { ...before, name: `v${changes}` };
  };

  return {
    ...{ thing, told },
    change(kind) {
      const before = standing(thing);
      if (before === null || before['status'] === 'canceled') return [];
      changes += 1;
      const object = after(kind, before);
      thing.versions.push({ at: now(), object });
      const change: Change = {
        ...{ thing, version: thing.versions.length - 1, object: object ?? before },
        eventType: `${EVENTS[type]}.${kind === 'delete' ? 'deleted' : 'updated'}`,
        previous: object === null ? undefined : { name: before['name'] },
      };
      const events = eventsOf(change, { random, version, now: now(), number: changes, account: undefined });
      for (const event of events) told.set(event['id'] as string, { thing: id, version: change.version });
      return events;
    },
    read() {
      const object = standing(thing);
      return object && render(type, object);
    },
    listed() {
      const object = standing(thing);
      return object === null ? [] : [render(type, object)];
    },
  };
}

import type { Random } from '../random.js';
import { kinds, type Json, type Kind } from './kinds.js';

/** One object with everything it ever was. */
export interface Thing {
  type: string;
  id: string;
  order: number;
  createdAt: number;
  /** In the order in which they were committed; the last one is what stands. */
  versions: Version[];
}

export interface Version {
  at: number;
  /** The object with its owned list complete; null: deleted. */
  object: Json | null;
}

/** A committed change, as an event may tell of it. */
export interface Change {
  thing: Thing;
  version: number;
  eventType: string;
  /** What the event carries: after the change, or, of a deletion, before it. */
  object: Json;
  previous: Json | undefined;
}

/** The hostile Stripe's own store: it changes objects at random and remembers every state. */
export interface Things {
  readonly all: ReadonlyMap<string, Thing>;
  /** Something that is as many seconds old. */
  create(ageS?: number): Change;
  /** Changes something at random, of one type if that is named. Creates it where there is nothing to change. */
  change(type?: string): Change;
  /** What is asked for: a new object of a type, or other fields of one that stands. */
  make(type: string, fields: Json): Change;
  set(thing: Thing, fields: Json): Change;
}

/** `mark`: a letter in all its values, so that they are taken for no other account's, whose ids are the same. */
export function createThings(random: Random, now: () => number, mark: string): Things {
  const all = new Map<string, Thing>();
  const counts = new Map<string, number>();
  let drawn = 0;
  const nextNumber = (): number => (drawn += 1);
  // Mostly something new; sometimes what was before, so that equal states come and go.
  const value = (): string => (random.chance(0.75) ? `${mark}v${nextNumber()}` : `${mark}r${random.between(0, 2)}`);

  const commit = (thing: Thing, object: Json | null, eventType: string): Change => {
    const before = standing(thing);
    thing.versions.push({ at: now(), object });
    const previous = before !== null && object !== null ? difference(before, object) : undefined;
    return { thing, version: thing.versions.length - 1, eventType, object: (object ?? before) as Json, previous };
  };

  const child = (kind: Kind, owner: string): Json => ({
    id: `${kind.list?.prefix}_${owner}_${nextNumber()}`,
    object: kind.list?.type,
    quantity: random.between(1, 3),
    metadata: {},
  });

  const create = (ageS = 0): Change => make(random.pick(Object.keys(kinds)), {}, ageS);

  const make = (type: string, fields: Json, ageS = 0): Change => {
    const kind = kinds[type] as Kind;
    const order = nextNumber();
    const number = (counts.get(type) ?? 0) + 1;
    counts.set(type, number);
    const id = `${kind.prefix}_${String(number).padStart(6, '0')}`;
    const thing: Thing = { type, id, order, createdAt: now(), versions: [] };
    all.set(id, thing);
    const object: Json = {
      ...{ id, object: type, created: Math.floor(now() / 1_000) - ageS, livemode: false, name: value(), metadata: {} },
      ...fields,
      ...(kind.gone === null ? { status: 'active' } : {}),
    };
    if (kind.list !== null) {
      const members = Array.from({ length: random.between(1, kind.list.most) }, () => child(kind, id));
      object[kind.list.field] = members;
    }
    return commit(thing, object, `${kind.event}.created`);
  };

  const change = (type?: string): Change => {
    const alive = [...all.values()].filter((thing) => {
      const object = standing(thing);
      return object !== null && object['status'] !== 'canceled' && thing.type === (type ?? thing.type);
    });
    if (alive.length === 0 || random.chance(0.15)) return type === undefined ? create() : make(type, {});
    // A few objects change all the time.
    const thing = random.pick(random.chance(type === undefined ? 0.5 : 0) ? alive.slice(0, 2) : alive);
    const kind = kinds[thing.type] as Kind;
    const object = structuredClone(standing(thing)) as Json;
    if (random.chance(0.15)) {
      if (kind.gone !== null) return commit(thing, null, `${kind.event}.deleted`);
      return commit(thing, { ...object, status: 'canceled' }, `${kind.event}.deleted`);
    }
    if (kind.list !== null && random.chance(0.6)) {
      object[kind.list.field] = changedList(object[kind.list.field] as Json[], kind, () => child(kind, thing.id));
    } else if (random.chance(0.5)) object['name'] = value();
    else object['metadata'] = random.chance(0.2) ? {} : { note: value() };
    return commit(thing, object, `${kind.event}.updated`);
  };

  const changedList = (members: Json[], { list }: Kind, make: () => Json): Json[] => {
    const index = random.between(0, members.length - 1);
    const what = random.between(0, 2);
    if (what === 0 && members.length < (list?.most ?? 0)) return [...members, make()];
    if (what === 1 && members.length > 1) return members.filter((_, at) => at !== index);
    return members.map((member, at) => (at === index ? { ...member, metadata: { note: value() } } : member));
  };

  const set = (thing: Thing, fields: Json): Change => {
    const object = { ...standing(thing), ...fields };
    return commit(thing, object, `${(kinds[thing.type] as Kind).event}.updated`);
  };

  return { all, create, change, make, set };
}

export function standing(thing: Thing): Json | null {
  return thing.versions.at(-1)?.object ?? null;
}

/** What stood at a moment. */
export function standingAt(thing: Thing, at: number): Json | null {
  return thing.versions.findLast((version) => version.at <= at)?.object ?? null;
}

/** `previous_attributes`: the old values of the fields that changed. */
function difference(before: Json, after: Json): Json {
  const fields = Object.keys(before).filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));
  return Object.fromEntries(
    fields.map((field) => [field, Array.isArray(before[field]) ? { data: before[field].slice(0, 10) } : before[field]]),
  );
}

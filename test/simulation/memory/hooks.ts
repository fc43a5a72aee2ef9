import type { Deliveries, DeliveryClaim } from '../../../src/hooks/deliveries.js';
import type { Hook } from '../../../src/hooks/hook.js';
import type { Registrations, Watching } from '../../../src/hooks/registrations.js';
import { impossible } from '../../../src/inbox/mark-statements.js';
import { keyText } from '../../../src/kernel/source.js';
import { json } from '../../../src/store/json.js';
import type { Queryable } from '../../../src/store/database.js';
import type { DeliveryRow, Memory } from './tables.js';

/** The hooks that are known, without SQL. */
export function memoryRegistrations({ store, hooks, deliveries }: Memory): Registrations {
  return {
    register: (registered, now) =>
      store.run(store.database, () => {
        for (const { name, kind, topic, backfill } of registered) {
          const before = hooks.get(name);
          const since = before?.kind === kind && before.topic === topic ? before.since : now;
          hooks.set(name, { name, kind, topic, backfill, since, seenAt: now });
        }
      }),
    forget: (before) =>
      store.run(store.database, () => {
        const names = [...hooks.values()].filter(({ seenAt }) => seenAt < before).map(({ name }) => name);
        for (const name of names) hooks.delete(name);
        for (const one of [...deliveries.values()]) if (names.includes(one.hook)) deliveries.delete(String(one.gen));
        return names;
      }),
    watching: (tx, keys) =>
      store.run(tx, () => {
        const all = [...hooks.values()].sort(
          (a, b) => a.since.getTime() - b.since.getTime() || (a.name < b.name ? -1 : 1),
        );
        const waiting = new Set([...deliveries.values()].map((one) => `${one.hook} ${keyText(one)}`));
        return [...keys]
          .sort((a, b) => (a.id < b.id ? -1 : 1))
          .flatMap((key) =>
            all
              .filter(({ topic, kind }) => topic === key.type && kind !== 'event')
              .map(({ name, kind, backfill, since }) => ({
                ...{ key, name, kind: kind as Watching['kind'], backfill, since },
                waiting: waiting.has(`${name} ${keyText(key)}`),
              })),
          );
      }),
  };
}

/** The outbox without SQL. */
export function memoryDeliveries({ store, hooks, deliveries, marks }: Memory): Deliveries {
  const fresh = { token: null, leasedUntil: null, deadSince: null };
  const claimed = ({ gen, token }: DeliveryClaim): DeliveryRow | undefined => {
    const row = deliveries.get(String(gen));
    return row?.token === token ? row : undefined;
  };
  const update = (claim: DeliveryClaim, changes: Partial<DeliveryRow>): void => {
    const row = claimed(claim);
    if (row !== undefined) deliveries.set(String(row.gen), { ...row, ...changes });
  };
  const add = (row: Omit<DeliveryRow, 'gen'>): void => {
    const gen = store.tick();
    deliveries.set(String(gen), { ...row, gen });
  };
  const isProven = (one: DeliveryRow): boolean => {
    const mark = marks.get(keyText(one));
    const waits = mark !== undefined && mark.deadSince === null && mark.firstGen <= one.gen;
    return !waits || (mark.provenGen ?? 0) >= one.gen;
  };
  /** Of each object the first that waits, if it is due and nobody is at it. */
  const claimable = ({ name, kind }: Hook, now: Date): DeliveryRow[] => {
    const firsts = new Map<string, DeliveryRow>();
    for (const one of deliveries.values()) {
      if (one.hook === name && (firsts.get(keyText(one))?.gen ?? Infinity) > one.gen) firsts.set(keyText(one), one);
    }
    return [...firsts.values()]
      .filter(({ dueAt }) => dueAt <= now || dueAt > impossible(now))
      .filter(({ leasedUntil: until }) => until === null || until < now || until > impossible(now))
      .filter((one) => kind !== 'event' || isProven(one))
      .sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime() || a.gen - b.gen);
  };
  const own = <T>(work: () => T, target: Queryable = store.database): Promise<T> => store.run(target, work);

  return {
    keep: (tx, kept) =>
      own(() => {
        for (const { hook, account, livemode, type, id, payload, reason, dueAt } of kept)
          add({
            ...{ ...fresh, hook, account, livemode, type, id, event: null, payload: json(payload), reason, dueAt },
            attempts: reason === null ? 0 : 1,
          });
      }, tx),
    keepEvents: (tx, events, now) =>
      own(() => {
        for (const { topic, account, livemode, type, id, event, body } of events)
          for (const { name: hook, kind, topic: watched } of hooks.values())
            if (kind === 'event' && watched === topic)
              add({
                ...{ ...fresh, hook, account, livemode, type, id, event, payload: `{"event":${body}}`, reason: null },
                ...{ dueAt: now, attempts: 0 },
              });
      }, tx),
    claim: (hook, limit, now, leaseMs) =>
      own(() =>
        claimable(hook, now)
          .slice(0, limit)
          .map((one) => {
            const token = store.tick();
            deliveries.set(String(one.gen), { ...one, token, leasedUntil: new Date(now.getTime() + leaseMs) });
            const { gen, attempts, account, livemode, type, id, event, payload } = one;
            return {
              ...{ gen, token, attempts, account, livemode, type, id, event },
              madeAt: new Date(0), // only endpoints look at it
              payload: JSON.parse(payload) as DeliveryClaim['payload'],
            };
          }),
      ),
    due: (hooks, now) =>
      own(() => new Set(hooks.filter((hook) => claimable(hook, now).length > 0).map(({ name }) => name))),
    lock: (tx, claim) => own(() => claimed(claim) !== undefined, tx),
    done: (tx, claim) =>
      own(() => {
        if (claimed(claim) !== undefined) deliveries.delete(String(claim.gen));
      }, tx),
    failed: (claim, { now, due, reason, dead }) =>
      own(() =>
        update(claim, {
          ...{ token: null, leasedUntil: null, attempts: (claimed(claim)?.attempts ?? 0) + 1, dueAt: due, reason },
          deadSince: dead ? (claimed(claim)?.deadSince ?? now) : null,
        }),
      ),
    release: (claim) => own(() => update(claim, { token: null, leasedUntil: null })),
  };
}

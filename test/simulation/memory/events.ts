import type { Events } from '../../../src/inbox/events.js';
import type { Memory, EventRow } from './tables.js';

/** The inbox without SQL. */
export function memoryEvents({ store, inbox, hooks }: Memory): Events {
  const believed = (account: string): EventRow[] =>
    [...inbox.values()].filter((event) => event.account === account && event.quarantine === null);
  return {
    store: (tx, arrivals) =>
      store.run(tx, () => {
        const stored: EventRow[] = [];
        const before = new Map<string, EventRow[]>();
        for (const { account } of arrivals) if (!before.has(account)) before.set(account, believed(account));
        for (const { created, account, livemode, id, type, objectType, objectId, quarantine, twin } of arrivals) {
          const text = `${created.getTime()} ${account} ${livemode} ${id}`;
          if (inbox.get(text) !== undefined) continue;
          const event = { created, account, livemode, id, type, objectType, objectId, quarantine, twin };
          inbox.set(text, event);
          stored.push(event);
        }
        const topics = new Set([...hooks.values()].flatMap(({ kind, topic }) => (kind === 'event' ? topic : [])));
        return stored.map(({ account, livemode, id, type, twin }) => ({
          ...{ account, livemode, id },
          twinKnown: (before.get(account) ?? []).some((other) => other.id === twin || other.twin === id),
          watched: topics.has(type.replace(/^v1[.]/, '')),
        }));
      }),
    deletionReported: ({ account, livemode, type, id }) =>
      store.run(store.database, () =>
        believed(account).some(
          (event) =>
            event.livemode === livemode &&
            event.objectType === type &&
            event.objectId === id &&
            event.type.endsWith('.deleted'),
        ),
      ),
  };
}

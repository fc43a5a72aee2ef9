import type { ChangeCall } from './check/hooks.js';
import { createMemoryState } from './memory/state.js';
import { createTables } from './memory/tables.js';
import type { SimulatedStore } from './world.js';

export function openMemoryStore(): SimulatedStore {
  const memory = createTables();
  const calls = memory.store.table<ChangeCall>();
  let called = 0;
  return {
    state: createMemoryState(memory),
    rows: async () =>
      [...memory.mirror.values()].map(({ account, type, id, owner, data, deleted, provenAt }) => ({
        ...{ account, type, id, owner, deleted, proven: provenAt !== null },
        data,
      })),
    events: async () => [...memory.inbox.values()].map(({ id }) => id),
    marks: async () => [...memory.marks.values()].map(({ id }) => id),
    deliveries: async () => [...memory.deliveries.values()],
    call: async (_tx, call) => calls.set(String((called += 1)), call),
    calls: async () => [...calls.values()],
  };
}

import { createMemoryState } from './memory/state.js';
import { createTables } from './memory/tables.js';
import type { SimulatedStore } from './world.js';

export function openMemoryStore(): SimulatedStore {
  const memory = createTables();
  return {
    state: createMemoryState(memory),
    rows: async () =>
      [...memory.mirror.values()].map(({ type, id, owner, data, deleted, provenAt }) => ({
        ...{ type, id, owner, deleted, proven: provenAt !== null },
        data,
      })),
    events: async () => [...memory.inbox.values()].map(({ id }) => id),
    marks: async () => [...memory.marks.values()].map(({ id }) => id),
  };
}

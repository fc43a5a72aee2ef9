/** The event ids in refused deliveries. Only the latest are kept, because anybody can post one. */
export interface RefusedIds {
  note(body: Buffer, at: Date): void;
  /** Whether one of them was refused after this moment. */
  has(id: string, after: Date | null): boolean;
}

const KEPT_MAX = 100;
/** How many bytes of a body are searched for the id. Stripe writes an event's id first. */
const LOOKED_AT = 512;

export function createRefusedIds(): RefusedIds {
  const ids = new Map<string, Date>();
  return {
    note(body, at) {
      const id = /"id"\s*:\s*"(evt_\w{1,100})"/.exec(body.toString('latin1', 0, LOOKED_AT))?.[1];
      if (id === undefined) return;
      ids.delete(id);
      ids.set(id, at);
      const [oldest] = ids.keys();
      if (ids.size > KEPT_MAX && oldest !== undefined) ids.delete(oldest);
    },
    has(id, after) {
      const at = ids.get(id);
      return at !== undefined && (after === null || at > after);
    },
  };
}

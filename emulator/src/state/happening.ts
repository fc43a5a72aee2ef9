/** What caused a unit. Null ids: it happened by itself. */
export interface Origin {
  request: string | null;
  idempotencyKey: string | null;
}

/** An event made by a unit, not yet published. */
export interface Happening {
  id: string;
  created: number;
  type: string;
  request: { id: string | null; idempotency_key: string | null };
  objectType: string;
  objectId: string;
  /** The connected account that it is an event of, if that is another one than the unit's. */
  account?: string;
  /** JSON of the event's `data`, taken at the change. */
  data: string;
}

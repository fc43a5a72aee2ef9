export type Json = Record<string, unknown>;

/** What Stripe has of one object, as the fake Stripe's own store says. */
export interface TrueObject {
  type: 'customer' | 'subscription' | 'invoice' | 'coupon';
  id: string;
  /** Deleted: what must stand in the mirror is a tombstone. */
  gone: boolean;
  /** Without its children. */
  object: Json;
  /** All of them, however many Stripe shows at once. */
  children: readonly Json[];
}

export interface Truth {
  account: string;
  objects: readonly TrueObject[];
}

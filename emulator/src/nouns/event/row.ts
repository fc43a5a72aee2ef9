/** An event as rendered when it happened: `data` is JSON text, because it never changes and there are many. */
export interface EventRow {
  readonly id: string;
  readonly created: number;
  readonly type: string;
  readonly api_version: string;
  /** The connected account it happened in; absent for the own one. */
  readonly account?: string;
  readonly request: { id: string | null; idempotency_key: string | null };
  /** Endpoints that have not answered 2xx yet. */
  readonly pending: number;
  readonly data: string;
  /** The same in the current version, when `api_version` is an older one. */
  readonly current_data?: string;
  /** Epoch seconds before which no list has it: a fault. */
  readonly hidden_until?: number;
  readonly object_type: string;
  readonly object_id: string;
}

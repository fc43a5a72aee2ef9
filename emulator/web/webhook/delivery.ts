/** One try to deliver an event to a webhook endpoint. `at` and `next_attempt_at` are in epoch milliseconds. */
export interface Delivery {
  readonly id: string;
  readonly event: string;
  readonly type: string;
  readonly endpoint: string;
  readonly url: string;
  readonly attempt: number;
  readonly at: number;
  readonly ms: number;
  readonly status: number | null;
  readonly outcome: 'delivered' | 'failed' | 'dropped';
  readonly error: string | null;
  readonly next_attempt_at: number | null;
}

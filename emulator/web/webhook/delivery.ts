/** One try of the emulator to bring an event to a webhook endpoint. Times are epoch ms. */
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

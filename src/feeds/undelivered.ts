import type { StripeObject } from '../stripe/gateway.js';

/** What is known of the webhook deliveries of one account. */
export interface Delivered {
  /** `created` of the newest event that a webhook brought; null: none has come yet. */
  upTo: Date | null;
  /** Whether a delivery with this id was refused since then. */
  refused: (id: string) => boolean;
}

/** How long Stripe may take to deliver an event before it counts as not delivered. */
const ON_ITS_WAY_MS = 60_000;

/**
 * Whether this event should have come by webhook and did not. Anybody can post a delivery that is refused, so a refusal
 * alone proves nothing. Two things do: Stripe has an event with the refused id, or an event still waits for a webhook,
 * is newer than all that came, and is too old to be on its way.
 */
export function isUndelivered(event: StripeObject, { upTo, refused }: Delivered, readAt: Date): boolean {
  if (event['pending_webhooks'] === 0) return false; // no endpoint still waits for it
  if (event.id !== undefined && refused(event.id)) return true;
  const created = Number(event['created']) * 1_000;
  return created > (upTo?.getTime() ?? 0) && created <= readAt.getTime() - ON_ITS_WAY_MS;
}

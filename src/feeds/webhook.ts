import type { Inbox } from '../inbox/inbox.js';
import { arrivalOf } from '../inbox/arrival.js';
import type { Clock } from '../kernel/clock.js';
import { LockstepError } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { Source } from '../mirror/source.js';
import { isSigned } from './signature.js';

export interface WebhookOptions {
  inbox: Inbox;
  secrets: readonly string[];
  source: Source;
  clock: Clock;
  log: Log;
}

export interface WebhookFeed {
  /**
   * Takes one delivery in: its raw bytes and its `Stripe-Signature`. Resolves once the event is on disk.
   * @throws webhook_refused the signature or the JSON is wrong; the same error for every reason, so that nobody learns which
   * @throws database_unreachable nothing was stored: answer 503, Stripe delivers again
   */
  deliver(body: Buffer, signature: string | undefined): Promise<'stored' | 'duplicate'>;
}

export function createWebhookFeed({ inbox, secrets, source, clock, log }: WebhookOptions): WebhookFeed {
  const refuse = (reason: string): LockstepError => {
    log.warn({ event: 'webhook.refused', reason });
    return new LockstepError('webhook_refused', 'not a delivery of Stripe', {
      hint: 'check that STRIPE_WEBHOOK_SECRET is the secret of this endpoint, and that no proxy changes the body',
    });
  };
  return {
    async deliver(body, signature) {
      if (!isSigned(body, signature, secrets, clock.now())) throw refuse('signature');
      const arrival = arrivalOf(body.toString('utf8'), source, 'webhook');
      if (arrival === undefined) throw refuse('json');
      if (arrival.quarantine !== null) {
        log.warn({ event: 'webhook.quarantined', reason: arrival.quarantine, id: arrival.id, type: arrival.type });
      }
      return inbox.accept(arrival);
    },
  };
}

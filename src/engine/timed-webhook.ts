import type { WebhookFeed } from '../feeds/webhook.js';
import type { Clock } from '../kernel/clock.js';
import { LockstepError } from '../kernel/error.js';
import type { Counters } from './counters.js';

/** Counts how long each delivery took, and those that could not be stored. */
export function timed(feed: WebhookFeed, { clock, counters }: { clock: Clock; counters: Counters }): WebhookFeed {
  return {
    noteTooLarge: () => feed.noteTooLarge(),
    async deliver(body, signature) {
      const began = clock.now().getTime();
      try {
        return await feed.deliver(body, signature);
      } catch (error) {
        if (!(error instanceof LockstepError && error.code === 'webhook_refused')) counters.failed();
        throw error;
      } finally {
        counters.took(Math.max(0, clock.now().getTime() - began) / 1_000);
      }
    },
  };
}

import { isUndelivered } from '../feeds/undelivered.js';
import { createRefusedIds } from '../feeds/refused-ids.js';
import type { DeliveryNotes } from '../feeds/webhook.js';
import type { Clock } from '../kernel/clock.js';
import { messageOf } from '../kernel/error.js';
import type { Source } from '../kernel/source.js';
import { stripeFailureOf } from '../stripe/failure.js';
import type { ListPage } from '../stripe/gateway.js';
import { FORBIDDEN } from './light.js';
import { ANYBODY, type Signs } from './signs.js';

/** Turns what the feeds meet into signs. */
export interface Watch {
  readonly deliveries: DeliveryNotes;
  onListed(source: Source, page: Pick<ListPage, 'data' | 'readAt'>): void;
  onPolled(source: Source, error?: unknown): void;
  /** Whether a delivery was refused and none accepted since: then Stripe's list has to be looked at. */
  inDoubt(source: Source): boolean;
  onRefused(listener: () => void): void;
}

export function createWatch(signs: Signs, clock: Clock, onRefusal?: (reason: 'signature' | 'json') => void): Watch {
  const listeners = new Set<() => void>();
  const refusedIds = createRefusedIds();
  return {
    deliveries: {
      accepted: (source, created) => signs.note(source, 'accepted', { position: created }),
      refused(body, reason) {
        refusedIds.note(body, clock.now());
        signs.note(ANYBODY, 'refused');
        onRefusal?.(reason);
        for (const listener of listeners) listener();
      },
    },
    onListed(source, { data, readAt }) {
      const accepted = signs.get(source, 'accepted');
      const delivered = {
        upTo: accepted?.position ?? null,
        refused: (id: string) => refusedIds.has(id, accepted?.at ?? null),
      };
      const event = data.find((one) => isUndelivered(one, delivered, readAt));
      if (event !== undefined) signs.note(source, 'undelivered', { detail: String(event.id) });
    },
    onPolled(source, error) {
      if (error === undefined) return signs.note(source, 'polled');
      const forbidden = stripeFailureOf(error) === 'forbidden' ? FORBIDDEN : '';
      signs.note(source, 'poll_failed', { detail: `${forbidden}${messageOf(error)}` });
    },
    onRefused: (listener) => void listeners.add(listener),
    inDoubt(source) {
      const refused = signs.get(ANYBODY, 'refused');
      const accepted = signs.get(source, 'accepted');
      return refused !== undefined && (accepted === undefined || accepted.at <= refused.at);
    },
  };
}

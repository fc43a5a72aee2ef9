import { isUndelivered } from '../feeds/undelivered.js';
import { idsIn, type RefusalReason } from '../feeds/refusal.js';
import { createRefusedIds } from '../feeds/refused-ids.js';
import type { DeliveryNotes } from '../feeds/webhook.js';
import type { Clock } from '../kernel/clock.js';
import { messageOf } from '../kernel/error.js';
import type { Source } from '../kernel/source.js';
import type { Queryable } from '../store/database.js';
import { stripeFailureOf } from '../stripe/failure.js';
import type { ListPage } from '../stripe/gateway.js';
import { FORBIDDEN } from './light.js';
import { createRefusals } from './refusals.js';
import { ANYBODY, type Signs } from './signs.js';

/** Turns what the feeds meet into signs. */
export interface Watch {
  readonly deliveries: DeliveryNotes;
  onListed(source: Source, page: Pick<ListPage, 'data' | 'readAt'>): void;
  onPolled(source: Source, error?: unknown): void;
  /** Whether a delivery was refused and none accepted since: then Stripe's list has to be looked at. */
  inDoubt(source: Source): boolean;
  onRefused(listener: () => void): void;
  /** Writes which deliveries were refused since the last time. @throws database_unreachable */
  writeRefusals(database: Queryable): Promise<void>;
}

export function createWatch(signs: Signs, clock: Clock, onRefusal?: (reason: RefusalReason) => void): Watch {
  const listeners = new Set<() => void>();
  const refusedIds = createRefusedIds();
  const refusals = createRefusals();
  return {
    deliveries: {
      accepted: (source, created) => signs.note(source, 'accepted', { position: created }),
      refused(body, reason) {
        refusedIds.note(body, clock.now());
        refusals.note({ at: clock.now(), reason, ...idsIn(body) });
        signs.note(ANYBODY, 'refused');
        onRefusal?.(reason);
        for (const listener of listeners) listener();
      },
      tooLarge() {
        refusals.note({ at: clock.now(), reason: 'too_large', eventId: null, objectId: null });
        onRefusal?.('too_large');
      },
    },
    writeRefusals: (database) => refusals.write(database),
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

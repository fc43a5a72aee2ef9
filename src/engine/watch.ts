import { isUndelivered } from '../feeds/undelivered.js';
import { idsIn, type RefusalReason } from '../feeds/refusal.js';
import { createRefusedIds } from '../feeds/refused-ids.js';
import type { DeliveryNotes } from '../feeds/webhook.js';
import type { Accepted } from '../inbox/accept.js';
import type { Arrival } from '../inbox/arrival.js';
import type { Clock } from '../kernel/clock.js';
import { messageOf } from '../kernel/error.js';
import type { Source } from '../kernel/source.js';
import type { Queryable } from '../store/database.js';
import { stripeFailureOf } from '../stripe/failure.js';
import type { ListPage } from '../stripe/gateway.js';
import { FORBIDDEN, UNAUTHENTICATED } from './light.js';
import { createRefusals } from './refusals.js';
import { ANYBODY, type Signs } from './signs.js';

/** Turns what the feeds meet into signs. */
export interface Watch {
  readonly deliveries: DeliveryNotes;
  onListed(source: Source, page: Pick<ListPage, 'data' | 'readAt'>): void;
  /** Events were stored, or were known already. */
  onTaken(arrivals: readonly Arrival[], accepted: Pick<Accepted, 'outcomes'>): void;
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
    onTaken(arrivals, { outcomes }) {
      arrivals.forEach((arrival, index) => {
        const isFirst = arrival.feed === 'poll' && outcomes[index] === 'stored' && arrival.quarantine === null;
        if (isFirst) signs.note(arrival, 'recovered', { detail: arrival.id, position: arrival.created });
      });
    },
    onPolled(source, error) {
      if (error === undefined) return signs.note(source, 'polled');
      signs.note(source, 'poll_failed', { detail: `${keyProblem(error)}${messageOf(error)}` });
    },
    onRefused: (listener) => void listeners.add(listener),
    inDoubt(source) {
      const refused = signs.get(ANYBODY, 'refused');
      const accepted = signs.get(source, 'accepted');
      return refused !== undefined && (accepted === undefined || accepted.at <= refused.at);
    },
  };
}

/** How the note of a failed reading begins, if the key is the cause. */
function keyProblem(error: unknown): string {
  switch (stripeFailureOf(error)) {
    case 'forbidden':
      return FORBIDDEN;
    case 'unauthenticated':
      return UNAUTHENTICATED;
    default:
      return '';
  }
}

/**
 * What brings hints: Stripe's deliveries, and Stripe's own list of events. In reading order:
 *
 * - `webhook` takes a delivery into the inbox. `signature` checks its bytes. `lost-event` reads an event that Stripe
 *   could not generate, to learn which object it was about.
 * - `poll` reads `/v1/events` into the same inbox; `cursors` keeps how far it has read.
 * - `refusal` says why a delivery was refused.
 * - `undelivered` decides whether Stripe failed to deliver an event; `refused-ids` keeps the ids of refused deliveries.
 */
import { arrivalOf } from '../inbox/arrival.js';
import type { AcceptOutcome } from '../inbox/accept.js';
import type { Inbox } from '../inbox/inbox.js';
import { GENERATION_FAILURE } from '../inbox/stripe-event.js';
import { assignSource, type Home } from '../inbox/assign-source.js';
import type { Clock } from '../kernel/clock.js';
import { LockstepError } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { Source } from '../kernel/source.js';
import type { DeliveryTrace, Tracing } from '../kernel/tracing.js';
import type { Gateways } from '../stripe/gateways.js';
import { withLostObject } from './lost-event.js';
import { signatureReason, type RefusalReason } from './refusal.js';
import { signerOf } from './signature.js';

export interface WebhookDeps {
  inbox: Inbox;
  /** Each secret with the account whose endpoint it belongs to. */
  endpoints: readonly Endpoint[];
  homes: readonly Home[];
  gateways: Gateways;
  clock: Clock;
  log: Log;
  tracing: Tracing;
  /** Notes which deliveries came, and which were refused. */
  deliveries?: DeliveryNotes | undefined;
}

export interface DeliveryNotes {
  accepted(source: Source, created: Date): void;
  /** Its bytes, from any sender. */
  refused(body: Buffer, reason: RefusalReason): void;
  /** Its body was too large to be read. */
  tooLarge(): void;
}

export interface Endpoint {
  secret: string;
  home: Home;
}

export interface WebhookFeed {
  /**
   * Accepts one delivery: its raw bytes and its `Stripe-Signature`. Resolves once the event is on disk.
   * @throws webhook_refused the signature or the JSON is invalid; always the same error, so that a sender does not
   *   learn which
   * @throws stripe_unreachable nothing was stored, because Stripe could not be asked which object the event is about
   * @throws database_unreachable, inbox_full nothing was stored; answer 503 and Stripe delivers again
   */
  deliver(body: Buffer, signature: string | undefined): Promise<AcceptOutcome>;
  /** Notes a delivery whose body was too large to be read. */
  noteTooLarge(): void;
}

export function createWebhookFeed({
  inbox,
  endpoints,
  homes,
  gateways,
  clock,
  log,
  tracing,
  deliveries,
}: WebhookDeps): WebhookFeed {
  const refuse = (reason: RefusalReason, body: Buffer): LockstepError => {
    deliveries?.refused(body, reason);
    log.warn({ event: 'webhook.refused', reason });
    return new LockstepError('webhook_refused', 'Invalid Stripe signature', {
      hint: 'check that STRIPE_WEBHOOK_SECRET is the secret of this endpoint, and that no proxy changes the body',
    });
  };
  const take = async (body: Buffer, signature: string | undefined, trace: DeliveryTrace): Promise<AcceptOutcome> => {
    const endpoint = signerOf(body, signature, endpoints, clock.now());
    if (endpoint === undefined) throw refuse(signatureReason(signature, clock.now()), body);
    const { home } = endpoint;
    const text = await withLostObject(body.toString('utf8'), () => gateways({ ...home, platform: home.account }));
    const arrival = arrivalOf(text, (event) => assignSource(homes, home, event), 'webhook');
    if (arrival === undefined) throw refuse('not_an_event', body);
    trace.arrived(arrival);
    if (arrival.quarantine !== null) {
      log.warn({ event: 'webhook.quarantined', reason: arrival.quarantine, id: arrival.id, type: arrival.type });
    }
    if (arrival.type === GENERATION_FAILURE && arrival.hints.length === 0 && arrival.quarantine === null) {
      // Only a listing finds what that event was about.
      log.error({ event: 'webhook.lost_event', id: arrival.id, object: arrival.objectId, type: arrival.objectType });
    }
    const outcome = await inbox.accept(arrival);
    if (arrival.quarantine === null) deliveries?.accepted(arrival, arrival.created);
    return outcome;
  };
  return {
    async deliver(body, signature) {
      const trace = tracing.delivery();
      try {
        const outcome = await take(body, signature, trace);
        trace.end();
        return outcome;
      } catch (error) {
        trace.end(error);
        throw error;
      }
    },
    noteTooLarge() {
      deliveries?.tooLarge();
      log.warn({ event: 'webhook.refused', reason: 'too_large' satisfies RefusalReason });
    },
  };
}

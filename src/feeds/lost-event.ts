import { GENERATION_FAILURE, lostIn, parseThinEvent } from '../inbox/stripe-event.js';
import { LockstepError, messageOf } from '../kernel/error.js';
import { stripeFailureOf } from '../stripe/failure.js';
import type { Gateway } from '../stripe/gateway.js';

/**
 * Stripe's word that it could not generate an event is itself delivered without its data, and may say only there which
 * object that was about: then it is fetched, before the delivery is acknowledged. Every other body is handed on as it
 * came.
 * @throws stripe_unreachable Stripe does not say it now: the delivery is refused, so that it comes again
 */
export async function withLostObject(body: string, gateway: () => Pick<Gateway, 'event'>): Promise<string> {
  const id = body.includes(GENERATION_FAILURE) ? idIn(body) : undefined;
  if (id === undefined) return body;
  try {
    return JSON.stringify(await gateway().event(id));
  } catch (error) {
    const failure = stripeFailureOf(error);
    if (failure === 'missing' || failure === 'forbidden' || failure === 'refused') return body;
    throw new LockstepError('stripe_unreachable', `Could not read event ${id} from Stripe: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function idIn(body: string): string | undefined {
  try {
    const event = parseThinEvent(JSON.parse(body));
    const names = event?.related_object != null || (event !== undefined && lostIn(event) !== undefined);
    return event?.type === GENERATION_FAILURE && !names ? event.id : undefined;
  } catch {
    return undefined; // the caller answers every unreadable body alike
  }
}

import { GENERATION_FAILURE, lostIn, parseThinEvent } from '../inbox/stripe-event.js';
import { LockstepError, messageOf } from '../kernel/error.js';
import { stripeFailureOf } from '../stripe/failure.js';
import type { Gateway } from '../stripe/gateway.js';

/**
 * If Stripe could not generate an event, it sends another event that says so. That one is delivered without its data,
 * which may be the only place that names the object. So the data is fetched before the delivery is acknowledged.
 * Returns every other body unchanged.
 * @throws stripe_unreachable Stripe does not answer now; the delivery is refused, so that it comes again
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
    return undefined; // the caller gives every unreadable body the same answer
  }
}

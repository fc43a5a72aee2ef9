import { lockstep } from '../../../lib/billing';
import { currentUser } from '../../../lib/session';

// Each request checks the subscription in your own database. Nothing is sent to Stripe.
export async function GET(): Promise<Response> {
  const user = await currentUser();
  const member = user !== null && (await (await lockstep.for(user)).isSubscribed());
  return member ? new Response('Your notes.') : new Response('Notes are for subscribers.', { status: 403 });
}

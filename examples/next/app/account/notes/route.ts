import { lockstep } from '../../../lib/billing';
import { currentUser } from '../../../lib/session';

// Who may see it is asked of the mirror, each time: no request goes to Stripe.
export async function GET(): Promise<Response> {
  const user = await currentUser();
  const member = user !== null && (await (await lockstep.for(user)).isSubscribed());
  return member ? new Response('Your notes.') : new Response('Notes are for subscribers.', { status: 403 });
}

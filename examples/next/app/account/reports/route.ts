import { lockstep } from '../../../lib/billing';
import { plans } from '../../../lib/plans';
import { currentUser } from '../../../lib/session';

export async function GET(): Promise<Response> {
  const user = await currentUser();
  const member = user !== null && (await (await lockstep.for(user)).isSubscribed({ price: plans.business }));
  return member ? new Response('Your reports.') : new Response('Reports come with Business.', { status: 403 });
}

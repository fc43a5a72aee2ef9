import { redirect } from 'next/navigation';
import { lockstep } from '../../../lib/billing';
import { currentUser } from '../../../lib/session';

// Users often return from Stripe before its webhook arrives.
export async function GET(): Promise<never> {
  const user = await currentUser();
  if (user !== null) await lockstep.settled((await lockstep.customers.ensure(user)).id);
  redirect('/');
}

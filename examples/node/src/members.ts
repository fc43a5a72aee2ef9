import type { Lockstep } from 'lockstep';

/** Adds the user to the app's own table, if needed. */
export async function addUser(lockstep: Lockstep, username: string): Promise<void> {
  await lockstep.query('insert into users (username) values ($1) on conflict do nothing', [username]);
}

/** The user's subscription, from the mirror. Null if there is none, or if it has ended. */
export async function membership(
  lockstep: Lockstep,
  username: string,
): Promise<{ subscription: string; status: string } | null> {
  const [row] = await lockstep.query<{ subscription: string; status: string }>(
    `select s.id as subscription, s.status
     from users u join user_profiles p on p.user_id = u.id join stripe.subscriptions s on s.id = p.stripe_subscription_id
     where u.username = $1`,
    [username],
  );
  return row ?? null;
}

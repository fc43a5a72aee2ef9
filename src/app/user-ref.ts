import { userNotFound, type User, type Users } from '../billing/users.js';
import { LockstepError } from '../kernel/error.js';

/** A user of the app: by the id or the username of the users table. A row of that table will do. */
export type UserRef = { id: string | number | bigint } | { username: string };

/** @throws user_not_found, request_invalid it has neither */
export async function findUser(users: Users, ref: UserRef): Promise<User> {
  const user = await lookUp(users, ref);
  if (user === undefined) throw userNotFound('id' in ref ? String(ref.id) : ref.username);
  return user;
}

async function lookUp(users: Users, ref: UserRef): Promise<User | undefined> {
  if ('id' in ref && ['string', 'number', 'bigint'].includes(typeof ref.id)) return users.byId(String(ref.id));
  if ('username' in ref && typeof ref.username === 'string') return users.byUsername(ref.username);
  throw new LockstepError('request_invalid', 'No user given', { hint: 'pass { id } or { username }' });
}

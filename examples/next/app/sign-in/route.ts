import { lockstep } from '../../lib/billing';
import { addUser } from '../../lib/members';
import { signIn } from '../../lib/session';

export async function POST(request: Request): Promise<Response> {
  const { username } = (await request.json()) as { username: string };
  await addUser(lockstep, username);
  return Response.json({ username }, { headers: { 'set-cookie': signIn(username) } });
}

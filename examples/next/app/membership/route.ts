import { lockstep } from '../../lib/billing';
import { membership } from '../../lib/members';
import { signedIn } from '../../lib/session';

export const dynamic = 'force-dynamic';

export async function GET(request: Request): Promise<Response> {
  const user = signedIn(request.headers.get('cookie'));
  if (user === null) return new Response(null, { status: 401 });
  return Response.json({ membership: await membership(lockstep, user.username) });
}

import { LockstepError } from 'lockstep';
import { lockstep } from '../../lib/billing';
import { signedIn } from '../../lib/session';

export async function POST(request: Request): Promise<Response> {
  const user = signedIn(request.headers.get('cookie'));
  if (user === null) return new Response(null, { status: 401 });
  try {
    // The price is ours, not the browser's.
    return Response.json(await lockstep.subscriptions.create({ user, price: String(process.env.PRICE_ID) }));
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    return Response.json({ error: { code: error.code, message: error.message } }, { status: 422 });
  }
}

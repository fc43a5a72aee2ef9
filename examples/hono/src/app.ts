import { readFileSync } from 'node:fs';
import { Hono } from 'hono';
import { LockstepError, type Lockstep } from 'lockstep';
import { lockstepHono } from 'lockstep/hono';
import { accountRoutes } from './account.js';
import { addUser, membership } from './members.js';
import type { Plans } from './plans.js';
import { signedIn, signIn } from './session.js';

/** The whole app. The server decides what it sells, not the browser. */
export function createApp(lockstep: Lockstep, plans: Plans): Hono {
  const app = new Hono();

  app.all('/billing/*', lockstepHono(lockstep));

  app.post('/sign-in', async (c) => {
    const { username } = await c.req.json<{ username: string }>();
    await addUser(lockstep, username);
    c.header('set-cookie', signIn(username));
    return c.json({ username });
  });

  app.post('/subscribe', async (c) => {
    const user = signedIn(c.req.header('cookie'));
    if (user === null) return c.body(null, 401);
    return c.json(await lockstep.subscriptions.create({ user, price: plans.team }));
  });

  app.get('/membership', async (c) => {
    const user = signedIn(c.req.header('cookie'));
    if (user === null) return c.body(null, 401);
    return c.json({ membership: await membership(lockstep, user.username) });
  });

  app.route('/account', accountRoutes(lockstep, plans));

  const page = readFileSync(new URL('../public/index.html', import.meta.url), 'utf8')
    .replace('%STRIPE_JS%', process.env.STRIPE_JS_URL ?? 'https://js.stripe.com/v3/')
    .replace('%PUBLISHABLE_KEY%', String(process.env.STRIPE_PUBLISHABLE_KEY));
  app.get('/', (c) => c.html(page));

  app.onError((error, c) => {
    const known = error instanceof LockstepError;
    return c.json({ error: known ? { code: error.code, message: error.message } : {} }, known ? 422 : 500);
  });
  return app;
}

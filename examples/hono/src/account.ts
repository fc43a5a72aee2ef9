import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { Lockstep } from 'lockstep';
import type { Plans } from './plans.js';
import { signedIn } from './session.js';

type User = { username: string };

const HOUR_MS = 60 * 60_000;

/** The pages of a member: the subscription, the notes that it pays for, the upgrade, and Stripe's billing portal. */
export function accountRoutes(lockstep: Lockstep, { business }: Plans): Hono<{ Variables: { user: User } }> {
  const app = new Hono<{ Variables: { user: User } }>();

  app.get('/', async (c) => {
    const user = signedIn(c.req.header('cookie'));
    if (user === null) return c.json({ username: null });
    const subscription = await (await lockstep.for(user)).subscription();
    const plan = subscription?.items.some(({ price }) => price === business) ? 'Business' : 'Team';
    return c.json({ ...user, plan, subscription });
  });

  app.use(async (c, next) => {
    const user = signedIn(c.req.header('cookie'));
    if (user === null) return c.body(null, 401);
    c.set('user', user);
    await next();
  });

  // Each request checks the subscription in your own database. Nothing is sent to Stripe.
  app.get('/notes', async (c) => {
    const member = await (await lockstep.for(c.var.user)).isSubscribed();
    return member ? c.text('Your notes.') : c.text('Notes are for subscribers.', 403);
  });
  app.get('/reports', async (c) => {
    const member = await (await lockstep.for(c.var.user)).isSubscribed({ price: business });
    return member ? c.text('Your reports.') : c.text('Reports come with Business.', 403);
  });

  const upgrade = { price: business, when: 'now_invoiced' } as const;
  app.get('/upgrade', async (c) => {
    const subscription = await (await lockstep.for(c.var.user)).subscription();
    if (!subscription?.access) return c.notFound();
    const preview = await lockstep.subscriptions.preview(c.var.user, subscription.id, upgrade);
    return c.json({ subscription: subscription.id, ...preview });
  });
  app.post('/upgrade', async (c) => {
    const { subscription, prorationDate } = await c.req.json<{ subscription: string; prorationDate: string }>();
    const previewed = new Date(prorationDate); // so that the upgrade costs what the preview said
    // The time comes from the browser, and a later time would cost less. So it must be recent.
    if (!(Math.abs(Date.now() - previewed.getTime()) < HOUR_MS)) throw new HTTPException(400);
    await lockstep.subscriptions.change(c.var.user, subscription, { ...upgrade, prorationDate: previewed });
    return c.json({ subscription });
  });

  app.post('/portal', async (c) => {
    return c.json(await lockstep.sessions.portal({ user: c.var.user, returnUrl: '/account/back' }));
  });

  // Users often return from Stripe before its webhook arrives.
  app.get('/back', async (c) => {
    const { id } = await lockstep.customers.ensure(c.var.user);
    await lockstep.settled(id);
    return c.redirect('/');
  });
  return app;
}

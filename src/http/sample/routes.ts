import { Hono } from 'hono';
import * as v from 'valibot';
import type { User } from '../../billing/users/users.js';
import type { Engine } from '../../engine/engine.js';
import { LockstepError } from '../../kernel/error.js';
import { billingOf, usersOf } from '../billing-of.js';
import { jsonBody } from '../json-body.js';
import type { SampleSessions } from '../session.js';
import { readPlans, readSubscription } from './mirror.js';

export interface SampleOptions {
  engine: Engine;
  sessions: SampleSessions;
  mode: 'emulator' | 'stripe';
  publishableKey: string | null;
  stripeJsUrl: string;
}

const USERS_SHOWN = 10;

/** The sample app: sign in, become a customer, subscribe, pay, cancel. Who acts comes from the session alone. */
export function createSampleRoutes({ engine, sessions, mode, publishableKey, stripeJsUrl }: SampleOptions): Hono {
  const app = new Hono();
  const users = usersOf(engine);
  const { subscriptions } = billingOf(engine);

  const signedIn = async (request: Request): Promise<User | undefined> => {
    const caller = await sessions.identify(request);
    return caller?.kind === 'user' ? users.byUsername(caller.username) : undefined;
  };
  const mustBeSignedIn = async (request: Request): Promise<User> => {
    const user = await signedIn(request);
    if (user === undefined) throw new LockstepError('unauthorized', 'Not signed in', { hint: 'sign in first' });
    return user;
  };

  app.get('/sample/api/session', async (c) => {
    const user = await signedIn(c.req.raw);
    const profile = user === undefined ? undefined : await users.profile(user.id);
    const everybody = await users.all(USERS_SHOWN);
    return c.json({
      mode,
      user: user === undefined ? null : { username: user.username, name: user.name },
      users: everybody.map(({ username, name }) => ({ username, name })),
      publishableKey,
      stripeJsUrl,
      plans: await readPlans(engine),
      profile:
        user === undefined
          ? null
          : {
              stripe_customer_id: profile?.customerId ?? null,
              stripe_subscription_id: profile?.subscriptionId ?? null,
            },
      subscription: profile?.customerId ? await readSubscription(engine, profile.customerId) : null,
    });
  });

  app.post('/sample/api/sign-in', async (c) => {
    const { username } = await jsonBody(c.req.raw, v.object({ username: v.pipe(v.string(), v.maxLength(150)) }));
    const user = await users.byUsername(username);
    if (user === undefined)
      throw new LockstepError('user_not_found', 'No such user', { hint: 'sign in as ada or grace' });
    c.header('set-cookie', sessions.open(user.username));
    return c.json({ user: { username: user.username, name: user.name } });
  });

  app.post('/sample/api/sign-out', async (c) => {
    await jsonBody(c.req.raw, v.object({}));
    c.header('set-cookie', sessions.close());
    return c.json({ user: null });
  });

  app.post('/sample/api/subscriptions', async (c) => {
    const user = await mustBeSignedIn(c.req.raw);
    const { price } = await jsonBody(c.req.raw, v.object({ price: v.pipe(v.string(), v.maxLength(255)) }));
    const plans = await readPlans(engine);
    if (!plans.some((plan) => plan.price === price)) {
      throw new LockstepError('price_not_found', 'This price is not offered', {
        hint: 'choose one of the plans shown',
      });
    }
    const { id, status, clientSecret, kind } = await subscriptions.create({ user, price });
    return c.json({ subscription: id, status, clientSecret, kind });
  });

  app.post('/sample/api/cancel', async (c) => {
    const user = await mustBeSignedIn(c.req.raw);
    await jsonBody(c.req.raw, v.object({}));
    const profile = await users.profile(user.id);
    if (profile?.subscriptionId == null) throw new LockstepError('request_invalid', 'No subscription to cancel');
    await subscriptions.cancel(user, profile.subscriptionId);
    return c.json({ canceled: profile.subscriptionId });
  });

  return app;
}

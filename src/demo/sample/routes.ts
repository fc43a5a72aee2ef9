import { Hono } from 'hono';
import * as v from 'valibot';
import type { Billing } from '../../billing/billing.js';
import type { User, Users } from '../../billing/users/users.js';
import type { Engine } from '../../engine/engine.js';
import { billingOf, usersOf } from '../../http/billing-of.js';
import { jsonBody } from '../../http/json-body.js';
import { LockstepError } from '../../kernel/error.js';
import type { SampleOrder, SampleSession, SampleSignIn, StartedSubscription } from './answers.js';
import { readPlans, readSubscription } from './mirror.js';
import type { SampleSessions } from './sessions.js';

export interface SampleOptions {
  engine: Engine;
  sessions: SampleSessions;
  mode: 'emulator' | 'stripe';
  publishableKey: string | null;
  stripeJsUrl: string;
}

interface Sample extends SampleOptions {
  users: Users;
  billing: Billing;
}

const USERS_SHOWN = 10;

const SignInShape: v.GenericSchema<unknown, SampleSignIn> = v.object({
  username: v.pipe(v.string(), v.maxLength(150)),
});
const OrderShape: v.GenericSchema<unknown, SampleOrder> = v.object({
  price: v.pipe(v.string(), v.maxLength(255)),
});

/** The sample app: sign in, become a customer, subscribe, pay, cancel. Only the session says who acts. */
export function createSampleRoutes(options: SampleOptions): Hono {
  const app = new Hono();
  const sample: Sample = { ...options, users: usersOf(options.engine), billing: billingOf(options.engine) };
  app.get('/sample/api/session', async (c) => c.json(await readSession(sample, c.req.raw)));
  app.post('/sample/api/sign-in', async (c) => {
    const { username, name } = await findUser(sample, c.req.raw);
    c.header('set-cookie', sample.sessions.open(username));
    return c.json({ user: { username, name } });
  });
  app.post('/sample/api/sign-out', async (c) => {
    await jsonBody(c.req.raw, v.object({}));
    c.header('set-cookie', sample.sessions.close());
    return c.json({ user: null });
  });
  app.post('/sample/api/subscriptions', async (c) => c.json(await subscribe(sample, c.req.raw)));
  app.post('/sample/api/cancel', async (c) => c.json(await cancel(sample, c.req.raw)));
  return app;
}

async function readSession(sample: Sample, request: Request): Promise<SampleSession> {
  const { engine, users, mode, publishableKey, stripeJsUrl } = sample;
  const user = await signedIn(sample, request);
  const profile = user === undefined ? undefined : await users.profile(user.id);
  const everybody = await users.all(USERS_SHOWN);
  return {
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
  };
}

/** The user named in the body. @throws user_not_found */
async function findUser({ users }: Sample, request: Request): Promise<User> {
  const { username } = await jsonBody(request, SignInShape);
  const user = await users.byUsername(username);
  if (user !== undefined) return user;
  throw new LockstepError('user_not_found', 'No such user', { hint: 'sign in as ada or grace' });
}

async function subscribe(sample: Sample, request: Request): Promise<StartedSubscription> {
  const user = await mustBeSignedIn(sample, request);
  const { price } = await jsonBody(request, OrderShape);
  const plans = await readPlans(sample.engine);
  if (!plans.some((plan) => plan.price === price)) {
    throw new LockstepError('price_not_found', 'This price is not offered', {
      hint: 'choose one of the plans shown',
    });
  }
  const { id, status, clientSecret, kind } = await sample.billing.subscriptions.create({ user, price });
  return { subscription: id, status, clientSecret, kind };
}

async function cancel(sample: Sample, request: Request): Promise<{ canceled: string }> {
  const user = await mustBeSignedIn(sample, request);
  await jsonBody(request, v.object({}));
  const profile = await sample.users.profile(user.id);
  if (profile?.subscriptionId == null) throw new LockstepError('request_invalid', 'No subscription to cancel');
  await sample.billing.subscriptions.cancel(user, profile.subscriptionId);
  return { canceled: profile.subscriptionId };
}

async function signedIn({ sessions, users }: Sample, request: Request): Promise<User | undefined> {
  const caller = await sessions.identify(request);
  return caller?.kind === 'user' ? users.byUsername(caller.username) : undefined;
}

/** @throws unauthorized */
async function mustBeSignedIn(sample: Sample, request: Request): Promise<User> {
  const user = await signedIn(sample, request);
  if (user === undefined) throw new LockstepError('unauthorized', 'Not signed in', { hint: 'sign in first' });
  return user;
}

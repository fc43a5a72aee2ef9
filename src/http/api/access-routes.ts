import { answers, requests } from './schemas.js';
import { userRoute, type UserRoute } from './user-route.js';

/** The route that returns what a user has. */
export const accessRoute: UserRoute = userRoute({
  method: 'GET',
  path: '/v1/users/{user}/access',
  caller: 'user',
  action: 'access.read',
  summary: 'Whether the user is subscribed: at all, or to a product, price or group; and which features there are.',
  asked: requests.which,
  answer: answers.access,
  run: async ({ billing, user, asked: { feature, ...which } }) => {
    const access = await billing.for(user);
    const features = (await access.entitlements()).map(({ lookupKey }) => lookupKey);
    return {
      subscribed: await access.isSubscribed(which),
      has: feature === undefined ? null : features.includes(feature),
      subscription: await access.subscription(which),
      features,
    };
  },
});

/** The route that waits until the mirror has what Stripe has, and then returns what a user has. */
export const settledRoute: UserRoute = userRoute({
  method: 'POST',
  path: '/v1/users/{user}/settled',
  caller: 'user',
  action: 'access.read',
  summary: 'For the page that the user comes back to from Stripe: answers when the mirror has what Stripe has.',
  asked: requests.none,
  answer: answers.access,
  run: async ({ billing, user }) => {
    await billing.settled((await billing.customers.ensure(user)).id);
    const access = await billing.for(user);
    const features = (await access.entitlements()).map(({ lookupKey }) => lookupKey);
    const subscription = await access.subscription();
    return { subscribed: subscription?.access === true, has: null, subscription, features };
  },
});

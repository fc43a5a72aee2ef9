import { createLockstep } from 'lockstep';

// Outside of the handler: an instance of the function opens the database once, and keeps it between requests.
const lockstep = createLockstep({
  background: false, // nothing runs here between requests: workers elsewhere read the objects
  databaseUrl: process.env.DATABASE_URL,
  stripeKey: process.env.STRIPE_SECRET_KEY,
  webhookSecret: process.env.STRIPE_WEBHOOK_SECRET,
  stripeApiBase: process.env.STRIPE_API_BASE,
});

/** For hosts that call a function with the platform's `Request`. It answers once the event is on disk. */
export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname !== '/stripe-webhooks') return new Response('not here\n', { status: 404 });
    return lockstep.fetch(request);
  },
};

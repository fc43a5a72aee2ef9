import { createLockstep } from 'lockstep';
import { signedIn } from './session.js';

export const lockstep = createLockstep({
  databaseUrl: process.env.DATABASE_URL, // without one: an embedded PostgreSQL in .lockstep/
  stripeKey: process.env.STRIPE_SECRET_KEY,
  webhookSecret: process.env.STRIPE_WEBHOOK_SECRET,
  stripeApiBase: process.env.STRIPE_API_BASE, // only for a local Stripe
  billing: { returnOrigins: [process.env.APP_ORIGIN ?? 'http://127.0.0.1:3000'] }, // Stripe's pages may return here
  identify: (request) => signedIn(request.headers.get('cookie')),
});

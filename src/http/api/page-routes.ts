import { isPerson } from '../caller.js';
import { answers, requests } from './schemas.js';
import { userRoute, type UserRoute } from './user-route.js';

/** The routes for Stripe's own pages, and for a setup with Stripe's form on the app's page. */
export const pageRoutes: readonly UserRoute[] = [
  userRoute({
    method: 'POST',
    path: '/v1/users/{user}/checkout',
    caller: 'user',
    action: 'pages.open',
    summary: 'A page of Stripe’s where the subscription is bought.',
    asked: requests.checkout,
    answer: answers.page,
    serviceOnly: ['trialDays', 'withoutCard', 'metadata'],
    run: ({ billing, user, caller, asked, idempotencyKey }) =>
      billing.sessions.checkout({ ...asked, user, idempotencyKey, listedOnly: isPerson(caller) }),
  }),
  userRoute({
    method: 'POST',
    path: '/v1/users/{user}/portal',
    caller: 'user',
    action: 'pages.open',
    summary: 'A page of Stripe’s where the user looks after subscriptions, cards and invoices.',
    asked: requests.portal,
    answer: answers.page,
    run: ({ billing, user, asked: { returnUrl }, idempotencyKey }) =>
      billing.sessions.portal({ user, returnUrl, idempotencyKey }),
  }),
  userRoute({
    method: 'POST',
    path: '/v1/users/{user}/setup',
    caller: 'user',
    action: 'pages.open',
    summary: 'A payment method for later, with Elements.',
    asked: requests.none,
    answer: answers.setup,
    run: ({ billing, user, idempotencyKey }) => billing.sessions.setup({ user, idempotencyKey }),
  }),
];

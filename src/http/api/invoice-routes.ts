import { answers, requests } from './schemas.js';
import { userRoute, type UserRoute } from './user-route.js';

/** The routes for invoices, and for the next one. */
export const invoiceRoutes: readonly UserRoute[] = [
  userRoute({
    method: 'GET',
    path: '/v1/users/{user}/invoices',
    caller: 'user',
    action: 'invoices.read',
    summary: 'The invoices of the user, the newest first, with their PDF.',
    asked: requests.invoices,
    answer: answers.invoices,
    run: async ({ billing, user, asked: { limit, before } }) => ({
      invoices: await (
        await billing.for(user)
      ).invoices({
        limit: limit === undefined ? undefined : Number(limit),
        before: before === undefined ? undefined : new Date(before),
      }),
    }),
  }),
  userRoute({
    method: 'GET',
    path: '/v1/users/{user}/invoices/upcoming',
    caller: 'user',
    action: 'invoices.read',
    summary: 'What the next invoice would be, asked of Stripe.',
    asked: requests.none,
    answer: answers.upcoming,
    run: async ({ billing, user }) => ({ invoice: await (await billing.for(user)).upcomingInvoice() }),
  }),
];

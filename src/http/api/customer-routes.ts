import { answers, requests } from './schemas.js';
import { userRoute, type Call, type UserRoute } from './user-route.js';

/** The only route that identifies a user by the username. */
export const createCustomer: UserRoute = userRoute({
  method: 'POST',
  path: '/create-customer/{username}',
  caller: 'user',
  action: 'customer.write',
  summary: 'The Stripe customer of the user with this name, made where there is none.',
  note: 'Upper and lower case do not matter. It takes no body.',
  operationId: 'createCustomer',
  asked: requests.none,
  takesNoBody: true,
  answer: answers.customer,
  run: ensureCustomer,
});

/** The routes for a user and their Stripe customer. */
export const customerRoutes: readonly UserRoute[] = [
  userRoute({
    method: 'POST',
    path: '/v1/users/{user}/customer',
    caller: 'user',
    action: 'customer.write',
    summary: 'The Stripe customer of the user, made where there is none. Exactly one, however often it is asked for.',
    asked: requests.none,
    answer: answers.customer,
    run: ensureCustomer,
  }),
  userRoute({
    method: 'POST',
    path: '/v1/users/{user}/changed',
    caller: 'server',
    action: 'user.write',
    summary:
      'The app has changed the user: what it changed goes to Stripe. Answers what the Dashboard has differently.',
    asked: requests.changed,
    answer: answers.changed,
    run: async ({ billing, user, asked: { metadata } }) => ({
      sent: await billing.users.changed(user, metadata),
      differences: await billing.users.differences(user),
    }),
  }),
  userRoute({
    method: 'POST',
    path: '/v1/users/{user}/deleted',
    caller: 'server',
    action: 'user.write',
    summary: 'The app has deleted the user, or is about to: its customer is kept, loses its subscriptions, or goes.',
    asked: requests.deleted,
    answer: answers.deleted,
    userMayBeGone: true,
    run: async ({ billing, user, asked: { what } }) => {
      await billing.users.deleted(user.id, what);
      return { deleted: true };
    },
  }),
];

async function ensureCustomer({ billing, user }: Call<unknown>): Promise<{ id: string }> {
  const { id } = await billing.customers.ensure(user);
  return { id };
}

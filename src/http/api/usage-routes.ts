import { answers, requests } from './schemas.js';
import { userRoute, type UserRoute } from './user-route.js';

/** The route that reports usage. */
export const usageRoute: UserRoute = userRoute({
  method: 'POST',
  path: '/v1/users/{user}/usage',
  caller: 'server',
  action: 'usage.write',
  summary: 'Usage of a metered price. For the app’s own server alone.',
  asked: requests.usage,
  answer: answers.usage,
  run: async ({ billing, user, asked: { at, id, ...report }, idempotencyKey }) => ({
    outcome: await billing.usage.report({
      ...report,
      user,
      at: at === undefined ? undefined : new Date(at),
      id: id ?? idempotencyKey,
    }),
  }),
});

import { accessRoute, settledRoute } from './access-routes.js';
import { createCustomer, customerRoutes } from './customer-routes.js';
import { invoiceRoutes } from './invoice-routes.js';
import { pageRoutes } from './page-routes.js';
import { subscriptionRoutes } from './subscription-routes.js';
import { usageRoute } from './usage-routes.js';
import type { UserRoute } from './user-route.js';

/** Every route for a user, in the order of the OpenAPI document. */
export const userRoutes: readonly UserRoute[] = [
  createCustomer,
  ...customerRoutes,
  accessRoute,
  ...subscriptionRoutes,
  ...invoiceRoutes,
  ...pageRoutes,
  usageRoute,
  settledRoute,
];

import { answerForUser } from './api/answer.js';
import { userRoutes } from './api/routes.js';
import type { UserRoute } from './api/user-route.js';
import { answerChanges, changesRoute, type ChangesRoute } from './changes.js';
import { bearerOf, callerOf } from './caller.js';
import { consoleTokenRoute } from './console/token-route.js';
import { readMetrics } from './metrics.js';
import { answerOperation, operationRoutes, type OperationRoute } from './operations.js';
import { reportRoutes } from './reports.js';
import type { PathParameters, Service } from './service.js';
import { takeDelivery, WEBHOOKS } from './webhook.js';

/** A route without a caller of the API. It checks the signature of a delivery, the token of a reader, or nothing. */
interface OpenRoute {
  method: 'GET' | 'POST';
  path: string;
  caller: 'stripe' | 'metrics reader' | 'anybody';
  answer(request: Request, service: Service): Response | Promise<Response>;
}

/** One route of the service. `caller` says who may call it, and which checks are done first. */
export type Route = OpenRoute | UserRoute | OperationRoute | ChangesRoute;

/**
 * Every route of the service. Routing, `Allow`, the OpenAPI document, and the commands' client all use these rows.
 */
export const routes: readonly Route[] = [
  { method: 'POST', path: WEBHOOKS, caller: 'stripe', answer: takeDelivery },
  ...userRoutes,
  changesRoute,
  ...Object.values(operationRoutes),
  ...Object.values(reportRoutes),
  consoleTokenRoute,
  { method: 'GET', path: '/v1/openapi.json', caller: 'anybody', answer: (_, { document }) => Response.json(document) },
  { method: 'GET', path: '/healthz', caller: 'anybody', answer: () => Response.json({ ok: true }) },
  { method: 'GET', path: '/readyz', caller: 'anybody', answer: readyz },
  { method: 'GET', path: '/metrics', caller: 'metrics reader', answer: readMetrics },
];

export async function answer(
  route: Route,
  request: Request,
  path: PathParameters,
  service: Service,
): Promise<Response> {
  switch (route.caller) {
    case 'stripe':
    case 'metrics reader':
    case 'anybody':
      return route.answer(request, service);
    case 'user':
    case 'server':
      return answerForUser(route, request, path, service);
    case 'operator':
      return answerOperation(route, request, service);
    case 'reader':
      return answerChanges(request, service);
    default:
      return route satisfies never;
  }
}

async function readyz(request: Request, { identify, readiness }: Service): Promise<Response> {
  // Only a bearer token gets the full answer, so a health check never looks up a session.
  const caller = bearerOf(request) === undefined ? undefined : await callerOf(request, identify);
  const { ready, body } = await (caller?.kind === 'service' ? readiness.whole() : readiness.forAnybody());
  return Response.json(body, { status: ready ? 200 : 503, headers: { 'cache-control': 'no-store' } });
}

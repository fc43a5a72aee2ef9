/*
 * The service over HTTP. Files in reading order:
 * - `app.ts`: a server of the rows in `routes.ts`
 * - `api/`: the rows for a user. `user-route.ts` says what such a row is, `answer.ts` runs it, and
 *   `openapi.ts` describes it
 * - `operations.ts`: the rows for the commands
 * - `webhook.ts`, `readiness.ts`, `metrics.ts`: the other rows; `deliveries.ts`: deliveries without a Fetch request, for `serve`
 * - `console/`: the pages for operators; `console.ts` is what answers below `/console`
 * - `caller.ts`, `user-token.ts`: who makes a request
 */

import { Hono } from 'hono';
import type { Engine } from '../engine/engine.js';
import type { Log } from '../kernel/log.js';
import { createMetrics } from '../operate/metrics/metrics.js';
import { openApiDocument } from './api/openapi.js';
import { createConsole } from './console/console.js';
import type { Authorize } from './api/user-route.js';
import type { Identify } from './caller.js';
import { failureResponse } from './failure.js';
import { pathOf } from './path.js';
import { createReadiness } from './readiness.js';
import { answer, routes, type Route } from './routes.js';
import { safeHeaders } from './safe-headers.js';
import type { Service } from './service.js';
import { createWaitingBytes, deliveriesMax } from './waiting-bytes.js';
import { WEBHOOKS } from './webhook.js';

export interface AppOptions {
  engine: Engine;
  /** Tried in order; the first that recognizes the caller decides who it is. */
  identify: readonly Identify[];
  /**
   * Whether a caller may do something for a user. Default: the service may do everything, users only act for
   * themselves.
   */
  authorize?: Authorize | undefined;
  /** Opens `/metrics` and nothing else. Default: only the service's token does. */
  metricsToken?: string | undefined;
  /** The built pages, `dist/web`, for the console. Default: there is no console. */
  webDir?: string | undefined;
  log: Log;
}

/** The service's own routes. Everything speaks JSON; an error is `{ error: { code, message, hint } }`. */
export function createApp({ engine, identify, authorize = () => true, metricsToken, webDir, log }: AppOptions): Hono {
  const app = new Hono({ getPath: pathOf });
  const service: Service = {
    engine,
    identify,
    authorize,
    log,
    waiting: createWaitingBytes(deliveriesMax(engine.config.bodyMaxBytes)),
    readiness: createReadiness(engine),
    metrics: createMetrics(engine),
    metricsToken,
    document: openApiDocument(),
  };
  app.onError((error) => failureResponse(error, log));
  app.notFound(notFound);
  app.use('*', safeHeaders);
  for (const [path, rows] of byPath(routes)) {
    const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1');
    for (const row of rows) app.on(row.method, pattern, (c) => answer(row, c.req.raw, c.req.param(), service));
    app.all(pattern, () => notAllowed(rows));
  }
  if (webDir !== undefined) app.route('/', createConsole({ engine, webDir, log, notFound }));
  return app;
}

export function notFound(): Response {
  const hint = `send webhooks to POST ${WEBHOOKS}; see /v1/openapi.json for the other routes`;
  return Response.json({ error: { code: 'not_found', message: 'No such route', hint } }, { status: 404 });
}

function byPath(rows: readonly Route[]): Map<string, Route[]> {
  const paths = new Map<string, Route[]>();
  for (const row of rows) paths.set(row.path, [...(paths.get(row.path) ?? []), row]);
  return paths;
}

function notAllowed(rows: readonly Route[]): Response {
  const allow = rows.map(({ method }) => method).join(', ');
  const error = { code: 'method_not_allowed', message: `Method not allowed; use ${allow}` };
  return Response.json({ error }, { status: 405, headers: { allow } });
}

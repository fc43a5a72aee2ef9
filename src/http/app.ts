import { Hono } from 'hono';
import { userNotFound } from '../billing/users/users.js';
import type { Engine } from '../engine/engine.js';
import { LockstepError } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import { billingOf, usersOf } from './billing-of.js';
import { readBody } from './body.js';
import { pathOf } from './path.js';
import { safeHeaders } from './safe-headers.js';
import { createWaitingBytes } from './waiting-bytes.js';
import { createApi, denied, type Authorize } from './api/api.js';
import { refuseCrossSite } from './api/cross-site.js';
import { authorizeFor, bearerOf, callerOf, known, type Identify } from './caller.js';
import { failureResponse } from './failure.js';
import { createOperationRoutes } from './operations.js';
import { createReadiness } from './readiness.js';

export interface AppOptions {
  engine: Engine;
  /** Tried in order; the first that recognizes the caller decides who it is. */
  identify: readonly Identify[];
  /**
   * Whether a caller may do something for a user. Default: the service may do everything, users only act for
   * themselves.
   */
  authorize?: Authorize | undefined;
  log: Log;
}

/**
 * Limit on the total size of deliveries that are not stored yet. Each takes several times its size while it is
 * parsed.
 */
const WAITING_BYTES = 16 * 1_048_576;

/** Where Stripe delivers. */
export const WEBHOOKS = '/stripe-webhooks';

/** The service's own routes. Everything speaks JSON; an error is `{ error: { code, message, hint } }`. */
export function createApp({ engine, identify, authorize, log }: AppOptions): Hono {
  const app = new Hono({ getPath: pathOf });
  const waiting = createWaitingBytes(Math.max(WAITING_BYTES, 4 * engine.config.bodyMaxBytes));

  app.onError((error) => failureResponse(error, log));
  app.notFound(notFound);
  app.use('*', safeHeaders);

  app.post(WEBHOOKS, async (c) => {
    if (engine.webhook === null) {
      throw new LockstepError('webhook_refused', 'This service polls Stripe and does not accept webhooks', {
        hint: 'start it with --feed webhook',
      });
    }
    const { webhook } = engine;
    // Held until the event is stored: a body that was read is still in memory, several times over, while it waits.
    return waiting.hold(async (held) => {
      const body = await readBody(c.req.raw, engine.config.bodyMaxBytes, held);
      await webhook.deliver(body, c.req.header('stripe-signature'));
      return c.json({ received: true });
    });
  });

  app.post('/create-customer/:username', async (c) => {
    const username = c.req.param('username');
    const caller = known(await callerOf(c.req.raw, identify));
    if (caller.kind !== 'service') refuseCrossSite(c.req.raw, caller);
    const found = await usersOf(engine).byUsername(username);
    const user = authorizeFor(caller, found, () => userNotFound(username));
    if (authorize !== undefined && !(await authorize({ caller, user, action: 'customer.write' }))) throw denied();
    const { id } = await billingOf(engine).customers.ensure(user);
    return c.json({ id });
  });

  app.route('/', createOperationRoutes(engine, identify, log));
  app.route('/', createApi({ engine, identify, authorize }));

  app.get('/healthz', (c) => c.json({ ok: true }));
  const readiness = createReadiness(engine);
  app.get('/readyz', async (c) => {
    // Only a bearer token shows more, so a health check never looks up a session.
    const caller = bearerOf(c.req.raw) === undefined ? undefined : await callerOf(c.req.raw, identify);
    const { ready, body } = await (caller?.kind === 'service' ? readiness.whole() : readiness.forAnybody());
    return c.json(body, ready ? 200 : 503, { 'cache-control': 'no-store' });
  });

  for (const path of [WEBHOOKS, '/create-customer/:username', '/healthz', '/readyz']) {
    const allow = path.startsWith('/s') || path.startsWith('/c') ? 'POST' : 'GET';
    app.all(path, () => notAllowed(allow));
  }
  return app;
}

export function notFound(): Response {
  const hint = `send webhooks to POST ${WEBHOOKS}; see /v1/openapi.json for the other routes`;
  return Response.json({ error: { code: 'not_found', message: 'No such route', hint } }, { status: 404 });
}

function notAllowed(allow: string): Response {
  const error = { code: 'method_not_allowed', message: `Method not allowed; use ${allow}` };
  return Response.json({ error }, { status: 405, headers: { allow } });
}

import { Hono } from 'hono';
import type { Billing } from '../billing/billing.js';
import { userNotFound } from '../billing/users.js';
import type { Engine } from '../engine/engine.js';
import { LockstepError } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import { readBody } from './body.js';
import { authorizeFor, type Identify } from './caller.js';
import { failureResponse } from './failure.js';
import { createOperationRoutes } from './operations.js';

export interface AppOptions {
  engine: Engine;
  /** Tried in order: the first that knows the caller says who it is. */
  identify: readonly Identify[];
  log: Log;
}

/** The service's own routes. Everything speaks JSON; an error is `{ error: { code, message, hint } }`. */
export function createApp({ engine, identify, log }: AppOptions): Hono {
  const app = new Hono();
  const callerOf = (request: Request) => identify.map((by) => by(request)).find((caller) => caller !== undefined);

  app.onError((error) => failureResponse(error, log));
  app.notFound(() =>
    Response.json({ error: { code: 'not_found', message: 'there is nothing at this address' } }, { status: 404 }),
  );

  app.post('/stripe-webhooks', async (c) => {
    if (engine.webhook === null) {
      throw new LockstepError('webhook_refused', 'this service polls and takes no webhooks', {
        hint: 'start it with --feed webhook',
      });
    }
    const body = await readBody(c.req.raw, engine.config.bodyMaxBytes);
    await engine.webhook.deliver(body, c.req.header('stripe-signature'));
    return c.json({ received: true });
  });

  app.post('/create-customer/:username', async (c) => {
    const username = c.req.param('username');
    authorizeFor(callerOf(c.req.raw), username);
    const { users, customers } = billingOf(engine);
    const user = await users.byUsername(username);
    if (user === undefined) throw userNotFound(username);
    const { id } = await customers.ensure(user);
    return c.json({ id });
  });

  app.route('/', createOperationRoutes(engine, identify, log));

  app.get('/healthz', (c) => c.json({ ok: true }));
  app.get('/readyz', async (c) => {
    if (!(await engine.ready())) throw new LockstepError('database_unreachable', 'the database does not answer');
    const status = await engine.status();
    return c.json({ ok: status.paused === null, ...status }, status.paused === null ? 200 : 503);
  });

  for (const path of ['/stripe-webhooks', '/create-customer/:username', '/healthz', '/readyz']) {
    const allow = path.startsWith('/s') || path.startsWith('/c') ? 'POST' : 'GET';
    app.all(path, () => notAllowed(allow));
  }
  return app;
}

/** @throws option_invalid the app's tables are not configured */
export function billingOf(engine: Engine): Billing {
  if (engine.billing !== null) return engine.billing;
  throw new LockstepError('option_invalid', 'the users of this app are not configured', {
    hint: 'name the users and profile tables with the option users, or make tables users and user_profiles',
  });
}

function notAllowed(allow: string): Response {
  const error = { code: 'method_not_allowed', message: `use ${allow}` };
  return Response.json({ error }, { status: 405, headers: { allow } });
}

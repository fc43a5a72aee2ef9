import { Hono } from 'hono';
import type { Engine } from '../engine/engine.js';
import { createApp, notFound } from '../http/app.js';
import type { Caller, Identify } from '../http/caller.js';
import { failureResponse } from '../http/failure.js';
import { pathOf } from '../http/path.js';
import { safeHeaders } from '../http/safe-headers.js';
import { WEBHOOKS } from '../http/webhook.js';
import { LockstepError } from '../kernel/error.js';
import type { Identity, Settings } from './settings.js';
import { webDir } from './web-dir.js';

/** What is known about a request in addition to the `Request` object. */
export interface Handed {
  /** The base path: `''`, or a path such as `/billing`. */
  basePath: string;
  identify: () => Identity | Promise<Identity>;
  /** Set if the body was already read. The text says how to fix that in this framework. */
  bodyRead: string | undefined;
}

const READ_BEFORE = 'hand the request over before anything reads it, or hand over what request.clone() gave before';
/** A path that no route has, for a request that is not below the base path. */
const ELSEWHERE = '/ elsewhere';

/** Serves the service's routes below any base path. */
export function mountApp(
  engine: Engine,
  { bearers, authorize, metricsToken, log }: Settings,
): (request: Request, handed: Handed) => Promise<Response> {
  const handedOver = new WeakMap<Request, Handed>();
  const byApp: Identify = async (request) => callerFrom(await handedOver.get(request)?.identify());
  const identify = [...bearers, byApp];
  const app = new Hono({ getPath: (request) => below(pathOf(request), handedOver.get(request)?.basePath ?? '') });
  app.onError((error) => failureResponse(error, log));
  app.notFound(notFound);
  app.use('*', safeHeaders);
  app.use('*', async (c, next) => {
    if (c.req.raw.bodyUsed) throw bodyParsed(READ_BEFORE);
    await next();
  });
  app.post(WEBHOOKS, async (c, next) => {
    const hint = handedOver.get(c.req.raw)?.bodyRead;
    if (hint !== undefined) throw bodyParsed(hint);
    await next();
  });
  app.route('/', createApp({ engine, identify, authorize, metricsToken, webDir, log }));
  return async (request, handed) => {
    handedOver.set(request, handed);
    return app.fetch(request);
  };
}

function below(path: string, basePath: string): string {
  if (basePath === '') return path;
  if (path === basePath) return '/';
  return path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : ELSEWHERE;
}

/** @throws internal identify returned something else */
function callerFrom(identity: Identity): Caller | undefined {
  if (identity === null || identity === undefined) return undefined;
  if (typeof identity === 'object') {
    if ('username' in identity && typeof identity.username === 'string' && identity.username !== '') {
      return { kind: 'user', username: identity.username };
    }
    if ('id' in identity && ['string', 'number', 'bigint'].includes(typeof identity.id)) {
      return { kind: 'token', userId: String(identity.id) };
    }
  }
  throw new LockstepError('internal', 'identify must return { username }, { id }, or null');
}

function bodyParsed(hint: string): LockstepError {
  return new LockstepError(
    'body_parsed',
    'A body parser read the body before Lockstep, so its signature cannot be checked',
    { hint },
  );
}

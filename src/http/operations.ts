import { Hono } from 'hono';
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { LockstepError } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import { callerOf, type Identify } from './caller.js';
import { failureOf } from './failure.js';
import { jsonBody } from './json-body.js';

/** One line of an answer: news while it runs, then the result, or why there is none. */
export type Line<News, Result> =
  { news: News } | { result: Result } | { error: { code: string; message: string; hint?: string | undefined } };

const Types = v.optional(v.array(v.string()));
const asks = {
  verify: v.strictObject({ types: Types, repair: v.optional(v.boolean(), false), graceMs: v.optional(v.number()) }),
  backfill: v.strictObject({
    types: Types,
    concurrency: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(16))),
  }),
  replay: v.strictObject({
    event: v.optional(v.string()),
    since: v.optional(v.pipe(v.string(), v.isoTimestamp())),
    type: v.optional(v.string()),
  }),
  dead: v.strictObject({
    action: v.picklist(['list', 'show', 'retry', 'hooks', 'retryHooks']),
    type: v.optional(v.string()),
    id: v.optional(v.string()),
  }),
} as const;

/**
 * What the commands ask of a running service, which alone can open an embedded database. For the service's own token only.
 * Answers are lines of JSON, as it goes along.
 */
export function createOperationRoutes(engine: Engine, identify: readonly Identify[], log: Log): Hono {
  const app = new Hono();
  const authorize = async (request: Request): Promise<void> => {
    const caller = await callerOf(request, identify);
    if (caller?.kind === 'service') return;
    throw new LockstepError(
      caller === undefined ? 'unauthorized' : 'forbidden',
      'Only the service token may call this',
      {
        hint: 'send Authorization: Bearer with LOCKSTEP_TOKEN',
      },
    );
  };
  const { operations } = engine;

  app.post('/v1/operations/verify', async (c) => {
    await authorize(c.req.raw);
    const ask = await jsonBody(c.req.raw, asks.verify);
    return lines((tell, signal) => operations.verify(ask, tell, signal), log);
  });
  app.post('/v1/operations/backfill', async (c) => {
    await authorize(c.req.raw);
    const ask = await jsonBody(c.req.raw, asks.backfill);
    return lines((tell, signal) => operations.backfill(ask, tell, signal), log);
  });
  app.post('/v1/operations/replay', async (c) => {
    await authorize(c.req.raw);
    const { since, ...ask } = await jsonBody(c.req.raw, asks.replay);
    const from = since === undefined ? {} : { since: new Date(since) };
    return lines(() => operations.replay({ ...ask, ...from }), log);
  });
  app.post('/v1/operations/dead', async (c) => {
    await authorize(c.req.raw);
    const { action, ...which } = await jsonBody(c.req.raw, asks.dead);
    return lines<never, unknown>(() => operations.dead[action](which), log);
  });
  return app;
}

/** Streams what `work` tells, then what it returns. Who goes away ends it. */
function lines<News, Result>(
  work: (tell: (news: News) => void, signal: AbortSignal) => Promise<Result>,
  log: Log,
): Response {
  const gone = new AbortController();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (line: Line<News, Result>): void => {
        if (!gone.signal.aborted) controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
      };
      void work((news) => send({ news }), gone.signal)
        .then((result) => send({ result }))
        .catch((error: unknown) => send({ error: failureOf(error, log).error }))
        .finally(() => {
          if (!gone.signal.aborted) controller.close();
        });
    },
    cancel: () => gone.abort(),
  });
  return new Response(body, { headers: { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' } });
}

import * as v from 'valibot';
import type { EraseAsk, Erased } from '../engine/erase/erase.js';
import type { Hold, PauseAsk } from '../engine/holds.js';
import type {
  BackfillNews,
  BackfillRequest,
  Operations,
  VerifyNews,
  VerifyReport,
  VerifyRequest,
} from '../engine/operations.js';
import type { Engine } from '../engine/engine.js';
import type { DeadLetterFilter } from '../inbox/dead-letters.js';
import type { Replayed, ReplayAsk } from '../inbox/replay.js';
import { LockstepError } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { Backfilled } from '../listing/backfill.js';
import { callerOf, type Identify } from './caller.js';
import { failureOf } from './failure.js';
import { jsonBody } from './json-body.js';
import type { Service } from './service.js';

/** One line of an answer: news while the work runs, and at the end the result or the error. */
export type Line<News, Result> =
  { news: News } | { result: Result } | { error: { code: string; message: string; hint?: string | undefined } };

/**
 * A route for the commands. Only one process can open an embedded database, so a command calls the running service.
 * Both sides use the row: the service to answer (`answerOperation`), and the command's client to call (`cli/remote.ts`).
 */
export interface OperationRoute<Asked = unknown, News = unknown, Result = unknown> {
  method: 'POST';
  path: string;
  /** The request must have the service's own token. */
  caller: 'operator';
  /** The schema of the body. */
  asked: v.GenericSchema<unknown, Asked>;
  /** The fields of the news and the result that are times. In JSON they are text. */
  times: readonly string[];
  run(engine: OperatedEngine, asked: Asked, tell: (news: News) => void, signal: AbortSignal): Promise<Result>;
}

/** What the rows need of the engine. */
export type OperatedEngine = Pick<Engine, 'operations' | 'database' | 'config' | 'clock'>;

/** A request of the command `dead`. */
export interface DeadAsk extends DeadLetterFilter {
  action: keyof Operations['dead'];
}

const Types = v.optional(v.array(v.string()));
/** A moment, as JSON has it. */
export const Time = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.transform((text) => new Date(text)),
);

const verify: OperationRoute<VerifyRequest, VerifyNews, VerifyReport> = {
  method: 'POST',
  path: '/v1/operations/verify',
  caller: 'operator',
  asked: v.strictObject({ types: Types, repair: v.optional(v.boolean(), false), graceMs: v.optional(v.number()) }),
  times: ['provenAt', 'nextSweepAt'],
  run: ({ operations }, asked, tell, signal) => operations.verify(asked, tell, signal),
};

const backfill: OperationRoute<BackfillRequest, BackfillNews, Backfilled[]> = {
  method: 'POST',
  path: '/v1/operations/backfill',
  caller: 'operator',
  asked: v.strictObject({
    types: Types,
    concurrency: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(16))),
  }),
  times: [],
  run: ({ operations }, asked, tell, signal) => operations.backfill(asked, tell, signal),
};

const replay: OperationRoute<ReplayAsk, never, Replayed> = {
  method: 'POST',
  path: '/v1/operations/replay',
  caller: 'operator',
  asked: v.strictObject({
    event: v.optional(v.string()),
    since: v.optional(Time),
    type: v.optional(v.string()),
  }),
  times: [],
  run: ({ operations }, asked) => operations.replay(asked),
};

const dead: OperationRoute<DeadAsk, never, unknown> = {
  method: 'POST',
  path: '/v1/operations/dead',
  caller: 'operator',
  asked: v.strictObject({
    action: v.picklist(['list', 'show', 'retry', 'hooks', 'retryHooks']),
    type: v.optional(v.string()),
    id: v.optional(v.string()),
  }),
  times: ['deadSince', 'hintedAt', 'dueAt', 'madeAt', 'created'],
  run: ({ operations }, { action, ...filter }) => operations.dead[action](filter),
};

const pause: OperationRoute<PauseAsk, never, Hold[]> = {
  method: 'POST',
  path: '/v1/operations/pause',
  caller: 'operator',
  asked: v.strictObject({
    account: v.optional(v.string()),
    by: v.string(),
    reason: v.optional(v.string()),
    until: v.optional(Time),
  }),
  times: ['since', 'until'],
  run: ({ operations }, asked) => operations.holds.pause(asked),
};

const resume: OperationRoute<Pick<PauseAsk, 'account'>, never, Hold[]> = {
  method: 'POST',
  path: '/v1/operations/resume',
  caller: 'operator',
  asked: v.strictObject({ account: v.optional(v.string()) }),
  times: ['since', 'until'],
  run: ({ operations }, asked) => operations.holds.resume(asked),
};

const erase: OperationRoute<EraseAsk, never, Erased> = {
  method: 'POST',
  path: '/v1/operations/erase',
  caller: 'operator',
  asked: v.strictObject({
    customer: v.string(),
    account: v.optional(v.string()),
    keepOut: v.boolean(),
    by: v.string(),
    preview: v.boolean(),
  }),
  times: [],
  run: ({ operations }, asked) => operations.erase(asked),
};

export const operationRoutes = { verify, backfill, replay, dead, pause, resume, erase } as const;

/** Answers with lines of JSON while the work runs. @throws unauthorized, forbidden, request_invalid */
export async function answerOperation(
  route: OperationRoute,
  request: Request,
  { engine, identify, log }: Service,
): Promise<Response> {
  await mustBeService(request, identify);
  const asked = await jsonBody(request, route.asked);
  return lines((tell, signal) => route.run(engine, asked, tell, signal), log);
}

/** @throws unauthorized, forbidden */
export async function mustBeService(request: Request, identify: readonly Identify[]): Promise<void> {
  const caller = await callerOf(request, identify);
  if (caller?.kind === 'service') return;
  throw new LockstepError(caller === undefined ? 'unauthorized' : 'forbidden', 'Only the service token may call this', {
    hint: 'send Authorization: Bearer with LOCKSTEP_TOKEN',
  });
}

/** Streams the news of `work`, and then its result. If the caller closes the connection, the work is stopped. */
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

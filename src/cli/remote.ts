import type { Operations } from '../engine/operations.js';
import { operationRoutes, type DeadAsk, type OperationRoute } from '../http/operations.js';
import { reportRoutes } from '../http/reports.js';
import type { DeadLetterFilter } from '../inbox/dead-letters.js';
import { LockstepError, messageOf, type ErrorCode } from '../kernel/error.js';
import { consoleTokenRoute, type ConsoleTokenAsk } from '../http/console/token-route.js';
import type { ConsoleTokenAdmin } from '../operate/console/tokens.js';
import type { Reports } from '../operate/reports.js';
import type { ServiceFile } from './token.js';

/** The same operations, done by the service that runs beside this command. */
export function remoteOperations(service: Address): Operations {
  const dead = <Result>(action: DeadAsk['action'], which: DeadLetterFilter): Promise<Result> =>
    call(service, operationRoutes.dead, { action, ...which }) as Promise<Result>;
  return {
    verify: (asked, tell, signal) => call(service, operationRoutes.verify, asked, { tell, signal }),
    backfill: (asked, tell, signal) => call(service, operationRoutes.backfill, asked, { tell, signal }),
    replay: (asked) => call(service, operationRoutes.replay, asked),
    dead: {
      list: (which) => dead('list', which),
      show: (which) => dead('show', which),
      retry: (which) => dead('retry', which),
      hooks: (which) => dead('hooks', which),
      retryHooks: (which) => dead('retryHooks', which),
    },
    holds: {
      pause: (asked) => call(service, operationRoutes.pause, asked),
      resume: (asked) => call(service, operationRoutes.resume, asked),
    },
    erase: (asked) => call(service, operationRoutes.erase, asked),
  };
}

/** The same reports, read by the service that runs beside this command. */
export function remoteReports(service: Address): Reports {
  return {
    status: () => call(service, reportRoutes.status, {}),
    examine: () => call(service, reportRoutes.examine, {}),
    migrations: () => call(service, reportRoutes.migrations, {}),
    events: (filter) => call(service, reportRoutes.events, filter),
    event: (id) => call(service, reportRoutes.event, { id }),
    refused: () => call(service, reportRoutes.refused, {}),
    explain: (id) => call(service, reportRoutes.explain, { id }),
    duplicates: () => call(service, reportRoutes.duplicates, {}),
  };
}

/** The tokens of the console, in the embedded database of the service that runs beside this command. */
export function remoteConsoleTokens(service: Address): ConsoleTokenAdmin {
  const ask = <Result>(asked: ConsoleTokenAsk): Promise<Result> =>
    call(service, consoleTokenRoute, asked) as Promise<Result>;
  return {
    add: (add) => ask({ add }),
    list: () => ask({}),
    revoke: (revoke) => ask({ revoke }),
  };
}

type Address = Pick<ServiceFile, 'url' | 'token'>;

interface Listener<News> {
  tell?: ((news: News) => void) | undefined;
  signal?: AbortSignal | undefined;
}

async function call<Asked extends object, News, Result>(
  service: Address,
  { path, times }: OperationRoute<Asked, News, Result>,
  asked: Asked,
  { tell, signal }: Listener<News> = {},
): Promise<Result> {
  const response = await reach(service, path, asked, signal);
  for await (const line of linesOf(response, new Set(times))) {
    if ('news' in line) tell?.(line.news as News);
    if ('error' in line) throw failed(line.error as Said);
    if ('result' in line) return line.result as Result;
  }
  throw new LockstepError('stopped', 'The service stopped before it answered', { hint: 'run the command again' });
}

interface Said {
  code: ErrorCode;
  message: string;
  hint?: string;
}

async function reach({ url, token }: Address, path: string, body: object, signal?: AbortSignal): Promise<Response> {
  try {
    return await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (cause) {
    throw new LockstepError('service_unreachable', `The running service does not answer: ${messageOf(cause)}`, {
      hint: 'stop the service and run the command again; it then opens the database itself',
      cause,
    });
  }
}

async function* linesOf(response: Response, times: ReadonlySet<string>): AsyncGenerator<Record<string, unknown>, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield parse(line, times);
  }
  if (rest !== '') yield parse(rest, times);
}

const isoMoment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function parse(line: string, times: ReadonlySet<string>): Record<string, unknown> {
  try {
    return JSON.parse(line, (key, value: unknown) =>
      // Check the format too: a field of a Stripe object can have the same name.
      times.has(key) && typeof value === 'string' && isoMoment.test(value) ? new Date(value) : value,
    ) as Record<string, unknown>;
  } catch (cause) {
    throw new LockstepError('service_unreachable', 'Another program answers at the address of the running service', {
      hint: 'delete service.json in the directory and run the command again',
      cause,
    });
  }
}

function failed({ code, message, hint }: Said): LockstepError {
  return new LockstepError(code, message, hint === undefined ? {} : { hint });
}

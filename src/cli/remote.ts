import type { Operations } from '../engine/operations.js';
import { LockstepError, messageOf, type ErrorCode } from '../kernel/error.js';
import type { ServiceFile } from './token.js';

/** The same operations, done by the service that runs beside this command. */
export function remoteOperations({ url, token }: Pick<ServiceFile, 'url' | 'token'>): Operations {
  const ask = async <News, Result>(
    operation: string,
    body: object,
    tell: (news: News) => void = () => {},
    signal?: AbortSignal,
  ): Promise<Result> => {
    const response = await reach(`${url}/v1/operations/${operation}`, token, body, signal);
    for await (const line of linesOf(response)) {
      if ('news' in line) tell(line.news as News);
      if ('error' in line) throw failed(line.error as Said);
      if ('result' in line) return line.result as Result;
    }
    throw new LockstepError('stopped', 'The service stopped before it answered', { hint: 'run the command again' });
  };
  return {
    verify: (what, tell, signal) => ask('verify', what, tell, signal),
    backfill: (what, tell, signal) => ask('backfill', what, tell, signal),
    replay: (what) => ask('replay', what),
    dead: {
      list: (which) => ask('dead', { action: 'list', ...which }),
      show: (which) => ask('dead', { action: 'show', ...which }),
      retry: (which) => ask('dead', { action: 'retry', ...which }),
      hooks: (which) => ask('dead', { action: 'hooks', ...which }),
      retryHooks: (which) => ask('dead', { action: 'retryHooks', ...which }),
    },
  };
}

interface Said {
  code: ErrorCode;
  message: string;
  hint?: string;
}

async function reach(url: string, token: string, body: object, signal?: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, {
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

async function* linesOf(response: Response): AsyncGenerator<Record<string, unknown>, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield parse(line);
  }
  if (rest !== '') yield parse(rest);
}

const isoMoment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const dates = new Set(['provenAt', 'nextSweepAt', 'deadSince', 'hintedAt', 'dueAt', 'madeAt', 'created']);

function parse(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line, (key, value: unknown) =>
      // Check the format too: a field of a Stripe object can have the same name.
      dates.has(key) && typeof value === 'string' && isoMoment.test(value) ? new Date(value) : value,
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

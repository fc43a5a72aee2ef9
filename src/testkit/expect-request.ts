import { AssertionError } from 'node:assert';
import type { RecordedRequest, RequestFilter } from '../../emulator/src/control/recorded-request.js';
import { differences, fits } from '../../emulator/src/control/recorded-request.js';

/** What can be asked for its requests: an emulator, or a namespace of it. */
export interface RequestSource {
  /** The recorded requests, oldest first. */
  requests(): RecordedRequest[];
}

const LISTED_MAX = 10;

/**
 * Checks that the app made such a request, and returns it: the last one if there are several. If there is none, the
 * message shows the request that is nearest, and what differs.
 *
 * ```ts
 * expectRequest(emulator, { method: 'POST', path: '/v1/customers', params: { email: 'ada@example.com' } });
 * ```
 * @throws AssertionError
 */
export function expectRequest(source: RequestSource, filter: RequestFilter): RecordedRequest {
  const requests = source.requests();
  const found = requests.findLast((request) => fits(request, filter));
  if (found !== undefined) return found;
  return fail(messageOf(requests, filter), filter, expectRequest);
}

/**
 * Checks that the app made no such request.
 * @throws AssertionError with the request that it made
 */
export function expectNoRequest(source: RequestSource, filter: RequestFilter): void {
  const found = source.requests().find((request) => fits(request, filter));
  if (found !== undefined) fail(`There is a request that should not be: ${lineOf(found)}`, filter, expectNoRequest);
}

/** Checks that the app made exactly so many such requests. @throws AssertionError with those that it made */
export function expectRequestCount(source: RequestSource, filter: RequestFilter, count: number): void {
  const found = source.requests().filter((request) => fits(request, filter));
  if (found.length === count) return;
  const lines = found.slice(0, LISTED_MAX).map((request) => `  ${lineOf(request)}`);
  fail(
    [`Expected ${count} such ${count === 1 ? 'request' : 'requests'}, but there are ${found.length}`, ...lines].join(
      '\n',
    ),
    filter,
    expectRequestCount,
  );
}

function fail(message: string, filter: RequestFilter, caller: (...args: never[]) => unknown): never {
  throw new AssertionError({ message: `${message}\nwanted: ${JSON.stringify(filter)}`, stackStartFn: caller });
}

function messageOf(requests: readonly RecordedRequest[], filter: RequestFilter): string {
  if (requests.length === 0) return 'No such request: the app made no request at all';
  const ranked = requests.map((request) => ({ request, differs: differences(request, filter) }));
  const nearest = ranked.reduce((best, one) => (scoreOf(one.differs) <= scoreOf(best.differs) ? one : best));
  return [
    'No such request. The nearest one differs:',
    `  ${lineOf(nearest.request)}`,
    ...nearest.differs.map((line) => `    ${line}`),
    `all ${requests.length} requests:`,
    ...requests.slice(-LISTED_MAX).map((request) => `  ${lineOf(request)}`),
  ].join('\n');
}

/** A request to another address is farther away than one with other parameters. */
const scoreOf = (differs: readonly string[]): number =>
  differs.reduce((sum, line) => sum + (line.startsWith('path:') ? 100 : line.startsWith('method:') ? 50 : 1), 0);

const lineOf = ({ method, path, params, status, id }: RecordedRequest): string =>
  `${method} ${path} ${shortOf(params)} → ${status} (${id})`;

const shortOf = (params: unknown): string => {
  const text = JSON.stringify(params);
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
};

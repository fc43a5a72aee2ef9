import { objectionToPage, type List } from './answer.js';
import type { Address } from './address.js';
import { dateOf, refuse, sendFor, type Asking } from './checked-answer.js';
import type { StripeAnswer, Request } from './client.js';
import type { ListPage, StripeObject } from './gateway.js';
import type { ReadLimits } from './read-limits.js';
import { listedAt } from './request.js';
import { UnusableAnswer } from './unusable.js';

/** The query of a list. Undefined values are left out. */
export type Query = Readonly<Record<string, Scalar | readonly string[] | Readonly<Record<string, Scalar>> | undefined>>;
type Scalar = string | number | boolean;

/** The request for one page of a list. */
export interface ListRequest {
  endpoint: string;
  path: string;
  query: Query;
  signal?: AbortSignal | undefined;
}

const PAGE = 100;

/** Reads one page. If the answer is too large, it asks again for half as many members. */
export async function listPage(asking: Asking, request: ListRequest): Promise<ListPage> {
  return pageOf(asking, await fittingPage(asking, request));
}

/** Reads every member of a list. Also returns when Stripe answered the first page. */
export async function listAll(
  asking: Asking,
  { path, endpoint, query }: Address,
  limits: ReadLimits,
): Promise<{ members: StripeObject[]; readAt: Date }> {
  const members = new Map<string, StripeObject>();
  const request = { method: 'GET', endpoint, path };
  let after: string | undefined;
  let readAt: Date | undefined;
  for (let pages = 0; pages < limits.pagesMax; pages += 1) {
    const next = { endpoint, path, query: { ...query, starting_after: after }, signal: limits.signal };
    const answer = await fittingPage(asking, next);
    limits.note(answer);
    const { data, hasMore, readAt: at } = pageOf(asking, answer);
    readAt ??= at;
    for (const member of data) {
      const id = member.id ?? `${members.size}`; // a few types have none
      if (members.has(id)) refuse(['endless', 'it repeats itself'], request, answer);
      members.set(id, member);
    }
    if (!hasMore) return { members: [...members.values()], readAt };
    after = data.at(-1)?.id;
    if (after === undefined) refuse(['endless', 'it has more pages but no cursor'], request, answer);
  }
  throw new UnusableAnswer('endless', `the list ${endpoint} does not end after ${limits.pagesMax} pages`);
}

async function fittingPage(asking: Asking, request: ListRequest): Promise<StripeAnswer> {
  for (let limit = Number(request.query['limit'] ?? PAGE); ; limit = Math.ceil(limit / 2)) {
    try {
      return await page(asking, { ...request, query: { ...request.query, limit } });
    } catch (error) {
      if (!(error instanceof UnusableAnswer) || error.reason !== 'too_large' || limit <= 1) throw error;
    }
  }
}

async function page(asking: Asking, { endpoint, path, query, signal }: ListRequest): Promise<StripeAnswer> {
  const after = query['starting_after'] as string | undefined;
  const request: Request = { method: 'GET', endpoint, path: withQuery(path, query), signal };
  const answer = await sendFor(asking, request);
  const expected = { objects: listedAt(endpoint), livemode: asking.livemode, after };
  refuse(objectionToPage(answer.object, expected), request, answer);
  return answer;
}

function pageOf({ clock }: Asking, answer: StripeAnswer): ListPage {
  const { data, has_more: hasMore } = answer.object as unknown as List;
  return { data: data as StripeObject[], hasMore, readAt: dateOf(answer, clock) };
}

function withQuery(path: string, parameters: Query): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) {
    if (typeof value === 'object') {
      for (const [inner, part] of Object.entries(value))
        query.append(`${key}[${Array.isArray(value) ? '' : inner}]`, String(part));
    } else if (value !== undefined) query.append(key, String(value));
  }
  return `${path}?${query.toString()}`;
}

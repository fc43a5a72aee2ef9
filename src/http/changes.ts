import * as v from 'valibot';
import type { KeptChange, Changes } from '../changes/changes.js';
import { refuseUnknownTypes } from '../changes/change-types.js';
import type { ChangeWatch } from '../changes/watch.js';
import { LockstepError } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import { pathOfIssue, reasonOf } from '../kernel/schema-issue.js';
import { failureOf } from './failure.js';
import { refuseUnknownField } from './json-body.js';
import { mustBeService } from './operations.js';
import type { Service } from './service.js';

/** A route for readers of the change feed: the app's own servers, in any language. */
export interface ChangesRoute {
  method: 'GET';
  path: string;
  /** The request must have the service's own token. */
  caller: 'reader';
  summary: string;
  note: string;
  /** The schema of the query. */
  asked: v.GenericSchema<unknown, Asked>;
  answer: v.GenericSchema;
}

const LIMIT_MAX = 1_000;

const Query = v.strictObject({
  after: v.optional(v.pipe(v.string(), v.maxLength(100))),
  types: v.optional(v.pipe(v.string(), v.maxLength(2_000))),
  limit: v.optional(v.pipe(v.string(), v.regex(/^([1-9]\d{0,2}|1000)$/, 'must be from 1 to 1000')), '100'),
  wait: v.optional(v.pipe(v.string(), v.regex(/^([0-9]|[1-5]\d|60)$/, 'must be from 0 to 60')), '0'),
});
type Asked = v.InferOutput<typeof Query>;

const ChangeAnswer = v.object({
  cursor: v.string(),
  sequence: v.pipe(v.number(), v.integer()),
  account: v.string(),
  livemode: v.boolean(),
  type: v.string(),
  id: v.string(),
  kind: v.picklist(['created', 'updated', 'deleted']),
  changed: v.array(v.string()),
  provenAt: v.pipe(v.string(), v.isoTimestamp()),
  events: v.array(v.string()),
});

export const changesRoute: ChangesRoute = {
  method: 'GET',
  path: '/v1/changes',
  caller: 'reader',
  summary: 'Read proven changes',
  note:
    'After the cursor `after`, in order. `after=oldest` begins with the oldest change that is kept; without it the ' +
    'answer has no changes, and `next` is the cursor of now. `types` is a comma-separated list of object types. ' +
    '`wait` is for how many seconds to wait for a change, 60 at most. With `Accept: text/event-stream` the answer is a ' +
    'stream of server-sent events, which continues after `Last-Event-ID`. Only the service token may read it.',
  asked: Query,
  answer: v.object({ changes: v.array(ChangeAnswer), next: v.string() }),
};

/** What a reader wants, checked. */
interface Wanted {
  types: ReadonlySet<string> | undefined;
  limit: number;
}

/** Changes, and where the reader is after them: also past those that it did not want. */
interface Page {
  changes: KeptChange[];
  next: string;
  /** There may be more to read at once. */
  more: boolean;
}

interface Feed {
  changes: Changes;
  watch: ChangeWatch;
}

/**
 * @throws unauthorized, forbidden, request_invalid, cursor_invalid, cursor_expired, cursor_foreign, database_unreachable
 */
export async function answerChanges(request: Request, { engine, identify, log }: Service): Promise<Response> {
  await mustBeService(request, identify);
  const { after, types, limit, wait } = queryOf(request);
  const wanted = { types: typesOf(types), limit: Number(limit) };
  const waitMs = Number(wait) * 1_000;
  const isStream = (request.headers.get('accept') ?? '').includes('text/event-stream');
  const last = request.headers.get('last-event-id') ?? '';
  const from = isStream && last !== '' ? last : after;
  const feed = engine.changes;
  const waits = isStream || waitMs > 0;
  const first = await firstPage(feed, from, wanted, waits);
  if (isStream) return stream(feed, first, wanted, log);
  const isWaited = first.changes.length === 0 && waitMs > 0;
  const page = isWaited ? await waitFor(feed, first.next, wanted, { ms: waitMs }) : first;
  const { changes, next } = page;
  return Response.json({ changes, next }, { headers: { 'cache-control': 'no-store' } });
}

/** @throws request_invalid */
function queryOf(request: Request): Asked {
  const query = Object.fromEntries(new URL(request.url).searchParams);
  refuseUnknownField(Query, query, 'query');
  const parsed = v.safeParse(Query, query);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new LockstepError('request_invalid', `Invalid query parameter "${pathOfIssue(issue)}": ${reasonOf(issue)}`, {
    hint: 'see /v1/openapi.json for the parameters',
  });
}

/** @throws request_invalid */
function typesOf(text: string | undefined): Set<string> | undefined {
  if (text === undefined) return undefined;
  const types = text.split(',').map((type) => type.trim());
  refuseUnknownTypes(types);
  return new Set(types);
}

async function firstPage(feed: Feed, from: string | undefined, wanted: Wanted, waits: boolean): Promise<Page> {
  const { changes, watch } = feed;
  if (from === undefined) return { changes: [], next: await changes.now(), more: false };
  if (waits && watch.isAt(from)) return { changes: [], next: from, more: false };
  if (from !== 'oldest') return read(feed, from, wanted);
  // Taken before the look: what commits in between is after it.
  const now = await changes.now();
  const page = await read(feed, from, wanted);
  return page.next === 'oldest' ? { ...page, next: now } : page;
}

/** Reads on until something is wanted, or the end of the feed. */
async function read({ changes }: Feed, from: string, { types, limit }: Wanted): Promise<Page> {
  let next = from;
  for (;;) {
    const found = await changes.after(next, types === undefined ? limit : LIMIT_MAX);
    const page = pageOf(found, next, { types, limit });
    if (page.changes.length > 0 || found.length < LIMIT_MAX) return page;
    ({ next } = page);
  }
}

function pageOf(found: readonly KeptChange[], from: string, { types, limit }: Wanted): Page {
  const changes: KeptChange[] = [];
  let next = from;
  for (const change of found) {
    if (changes.length === limit) break;
    ({ cursor: next } = change);
    if (types === undefined || types.has(change.type)) changes.push(change);
  }
  return { changes, next, more: changes.length === limit || found.length === LIMIT_MAX };
}

/** Without changes if the time is up. */
async function waitFor(
  { watch }: Feed,
  from: string,
  wanted: Wanted,
  { ms, signal }: { ms: number; signal?: AbortSignal },
): Promise<Page> {
  const until = performance.now() + ms;
  let next = from;
  for (;;) {
    const found = await watch.wait(next, Math.max(0, until - performance.now()), signal);
    const page = pageOf(found, next, wanted);
    if (page.changes.length > 0 || found.length === 0) return page;
    ({ next } = page);
  }
}

/** How often a stream says that it lives, and where it is. Proxies close connections that are silent for a minute. */
const BEAT_MS = 15_000;

/** Sends changes as they come. The reader's connection sets the pace: nothing is read ahead of it. */
function stream(feed: Feed, first: Page, wanted: Wanted, log: Log): Response {
  const gone = new AbortController();
  const encoder = new TextEncoder();
  let sent: Page | undefined;
  const following = async ({ next, more }: Page): Promise<Page> => {
    const page = more ? await read(feed, next, wanted) : { changes: [], next, more };
    if (page.changes.length > 0) return page;
    return waitFor(feed, page.next, wanted, { ms: BEAT_MS, signal: gone.signal });
  };
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          sent = sent === undefined ? first : await following(sent);
          if (gone.signal.aborted) return;
          // An id without data moves the reader's place and is no event.
          const text = `${sent.changes.map(eventText).join('')}id: ${sent.next}\n\n`;
          controller.enqueue(encoder.encode(text));
          if (feed.watch.isStopped) controller.close();
        } catch (error) {
          const { error: said } = failureOf(error, log);
          controller.enqueue(encoder.encode(`event: error\ndata: ${JSON.stringify(said)}\n\n`));
          controller.close();
        }
      },
      cancel: () => gone.abort(),
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' } });
}

function eventText(change: KeptChange): string {
  return `id: ${change.cursor}\nevent: change\ndata: ${JSON.stringify(change)}\n\n`;
}

import type { Context } from 'hono';
import { streamSSE, type SSEStreamingApi } from 'hono/streaming';
import type { Engine } from '../../engine/engine.js';
import { messageOf } from '../../kernel/error.js';
import { readMirrorFacts } from '../../operate/mirror-facts.js';

/** Values that change all the time, for every open page. */
export interface Live {
  /** Streams them until the page goes away, the service stops, or `isOpen` says no. */
  stream(context: Context, isOpen: () => Promise<boolean>): Response;
}

const EVERY_MS = 2_000;
/** A session that has ended, or a token that was revoked, is noticed in this time. */
const CHECKED_EVERY = 5;
const IDS_MAX = 100;

interface News {
  event: 'status' | 'away' | 'changed';
  data: string;
}

/** Reads once for all open pages, and not at all while none is open. */
export function createLive(engine: Engine): Live {
  const listeners = new Set<(news: News) => void>();
  let running: Promise<void> | undefined;
  return {
    stream: (context, isOpen) =>
      streamSSE(context, async (stream) => {
        const queue = createQueue();
        listeners.add(queue.add);
        stream.onAbort(queue.wake);
        engine.stopping.addEventListener('abort', queue.wake);
        running ??= watch(engine, listeners).finally(() => (running = undefined));
        await send({ stream, queue, isOpen, stopping: engine.stopping }).finally(() => {
          listeners.delete(queue.add);
          engine.stopping.removeEventListener('abort', queue.wake);
        });
      }),
  };
}

/** Tells every listener the values, until there is none. */
async function watch(engine: Engine, listeners: ReadonlySet<(news: News) => void>): Promise<void> {
  const { database, config, clock, stopping } = engine;
  let ids = new Set<string>();
  const unsubscribe = engine.onChange(({ id }) => {
    if (ids.size < IDS_MAX) ids.add(id);
  });
  while (listeners.size > 0 && !stopping.aborted) {
    const news = [await look({ database, config, clock })];
    if (ids.size > 0) news.push({ event: 'changed', data: JSON.stringify([...ids]) });
    ids = new Set();
    for (const listener of listeners) news.forEach(listener);
    await clock.sleep(EVERY_MS, stopping);
  }
  unsubscribe();
}

async function look(deps: Parameters<typeof readLiveStatus>[0]): Promise<News> {
  try {
    return { event: 'status', data: JSON.stringify(await readLiveStatus(deps)) };
  } catch (error) {
    return { event: 'away', data: JSON.stringify({ reason: messageOf(error) }) };
  }
}

interface Queue {
  add(this: void, news: News): void;
  /** Resolves with the next news, or with undefined when it was woken. */
  next(): Promise<News | undefined>;
  wake(this: void): void;
}

/** What one page was not sent yet. A slow one gets the newest of each kind. */
function createQueue(): Queue {
  const waiting: News[] = [];
  let resume = (): void => {};
  const wake = (): void => resume();
  return {
    add(news) {
      const old = waiting.findIndex(({ event }) => event === news.event);
      if (old >= 0) waiting.splice(old, 1);
      waiting.push(news);
      wake();
    },
    async next() {
      if (waiting.length === 0) await new Promise<void>((resolve) => (resume = resolve));
      return waiting.shift();
    },
    wake,
  };
}

interface Sending {
  stream: SSEStreamingApi;
  queue: Queue;
  isOpen: () => Promise<boolean>;
  stopping: AbortSignal;
}

async function send({ stream, queue, isOpen, stopping }: Sending): Promise<void> {
  for (let round = 1; !stream.aborted && !stopping.aborted; round += 1) {
    const news = await queue.next();
    if (news !== undefined) await stream.writeSSE(news);
    if (round % CHECKED_EVERY !== 0 || (await isOpen())) continue;
    await stream.writeSSE({ event: 'ended', data: '{}' });
    return;
  }
}

/** The headline, from the facts of the status: no table is counted for it. */
export async function readLiveStatus(deps: Parameters<typeof readMirrorFacts>[0]) {
  const { at, light, marks, hooks, refused, processes } = await readMirrorFacts(deps);
  return {
    at,
    ...light,
    unproven: marks.unproven,
    oldestAt: marks.waitingSince,
    dead: marks.dead,
    hooks,
    refused: refused?.count ?? 0,
    processes: processes.length,
  };
}

import type { Random } from '../random.js';
import type { Timeline } from '../timeline.js';
import { answer, type Listed } from './answers.js';
import { eventsOf, sign } from './events.js';
import type { Json } from './kinds.js';
import { createThings, type Change, type Things } from './store.js';

/** Which change an event tells of. */
export interface Told {
  thing: string;
  version: number;
}

/**
 * A Stripe that keeps its promises and no others: reads are consistent, everything else is late, doubled, lost, cut off
 * or refused. It shares no code with what it is used against.
 */
export interface HostileStripe {
  readonly things: Things;
  /** By event id. */
  readonly told: ReadonlyMap<string, Told>;
  readonly events: readonly Listed[];
  readonly counts: Counts;
  /** Changes something, and sends the news on their ways. */
  change: () => void;
  /** An object that was there before anybody listened: no event tells of it. */
  seed(): void;
  fetch(url: string): Promise<Response>;
  /** From now on every answer is right and every delivery is repeated until it is taken. */
  calm(): void;
  /** Deliveries still under way. */
  waiting(): number;
}

export interface Counts {
  changes: number;
  events: number;
  deliveries: number;
  acknowledged: number;
  reads: number;
  faults: number;
}

export interface StripeOptions {
  random: Random;
  timeline: Timeline;
  account: string;
  version: string;
  secret: string;
  /** null: there is no webhook endpoint. */
  deliver: ((event: Json, body: string, signature: string) => Promise<boolean>) | null;
  /** How slow a slow answer is. */
  slowMs: number;
  /** Share of the answers that are slow. */
  slow: number;
  /** Share of deliveries that never happen. */
  dropped: number;
}

const RETRY_MS = [1_000, 3_000, 10_000, 20_000];
const ANSWERS_WITHIN_MS = 20_000;

export function createStripe(options: StripeOptions): HostileStripe {
  const { random, timeline, account, version, secret, deliver, slowMs, slow, dropped } = options;
  const things = createThings(random, timeline.now);
  const told = new Map<string, Told>();
  const events: Listed[] = [];
  const counts: Counts = { changes: 0, events: 0, deliveries: 0, acknowledged: 0, reads: 0, faults: 0 };
  const pageMost = random.pick([3, 5, 10, 100]);
  let calm = false;
  let underWay = 0;

  const attempt = async (event: Json, body: string, tries: number): Promise<void> => {
    if (deliver === null) return;
    counts.deliveries += 1;
    const taken = await deliver(event, body, sign(body, secret, Math.floor(timeline.now() / 1_000)));
    if (taken) {
      counts.acknowledged += 1;
      underWay -= 1;
    } else if (tries < RETRY_MS.length || calm) {
      timeline.after(RETRY_MS[tries] ?? 10_000, () => void attempt(event, body, tries + 1));
    } else underWay -= 1;
  };

  const send = (event: Json): void => {
    if (deliver === null || random.chance(dropped)) return;
    const body = JSON.stringify(event);
    const copies = random.chance(0.2) ? random.between(2, 10) : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      underWay += 1;
      const ms = random.pick([0, 20, 300, 3_000, random.between(0, 60_000)]);
      timeline.after(ms, () => void attempt(event, body, 0));
    }
  };

  const tell = (change: Change): void => {
    counts.changes += 1;
    for (const event of eventsOf(change, { random, version, now: timeline.now(), number: counts.changes })) {
      counts.events += 1;
      told.set(event['id'] as string, { thing: change.thing.id, version: change.version });
      const lateMs = random.chance(0.3) ? random.between(0, 50_000) : 0;
      if (event['object'] === 'event') events.push({ event, visibleAt: timeline.now() + lateMs });
      send(event);
    }
  };

  return {
    ...{ things, told, events, counts },
    change: () => tell(things.change()),
    seed: () => void things.create(),
    async fetch(address) {
      counts.reads += 1;
      await timeline.sleep(random.between(1, 60));
      const fault = calm ? null : faultOf(random);
      if (fault !== null) counts.faults += 1;
      if (fault === 'lost') {
        await timeline.sleep(random.pick([10, ANSWERS_WITHIN_MS]));
        throw new TypeError('fetch failed');
      }
      const cursorStatus = random.pick([400, 404] as const);
      const url = new URL(address);
      // Many short pages of events are tried while there are faults; without them they only take time.
      const most = calm && url.pathname === '/v1/events' ? 100 : pageMost;
      const asked = { things: things.all, events, account, now: timeline.now(), pageMost: most, cursorStatus };
      const { status, body } = answer(url, asked);
      // The answer is made; it may be long on its way.
      await timeline.sleep(calm ? 1 : random.chance(slow) ? random.between(0, slowMs) : random.between(0, 60));
      const date = new Date(timeline.now()).toUTCString();
      const text = JSON.stringify(body);
      if (fault === null) return response(status, date, text);
      if (fault === 'cut') return response(status, date, text.slice(0, random.between(0, text.length - 1)));
      if (fault === 'proxy') return response(502, date, '<html>Bad Gateway</html>');
      const error = { type: fault === 429 ? 'rate_limit_error' : 'api_error', message: 'as simulated' };
      return response(fault, date, JSON.stringify({ error }));
    },
    calm: () => void (calm = true),
    waiting: () => underWay,
  };
}

/** As much of a `Response` as the official client reads: a whole one, with its streams, costs a fifth of all the time. */
function response(status: number, date: string, text: string): Response {
  const headers = new Headers({ date, 'content-type': 'application/json', 'request-id': 'req_simulated' });
  return { status, headers, text: () => Promise.resolve(text) } as unknown as Response;
}

type Fault = 429 | 500 | 'lost' | 'cut' | 'proxy';

function faultOf(random: Random): Fault | null {
  return random.chance(0.15) ? random.pick<Fault>([429, 500, 'lost', 'cut', 'proxy']) : null;
}

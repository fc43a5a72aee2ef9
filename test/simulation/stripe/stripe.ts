import type { Random } from '../random.js';
import type { Timeline } from '../timeline.js';
import { answer, type Answer, type Listed } from './answers.js';
import { eventsOf, sign } from './events.js';
import { types, type Json } from './kinds.js';
import { response, strange, type Sent } from './strange.js';
import { createThings, type Change, type Things } from './store.js';
import { createWrites, type Writes } from './writes.js';

/** Which change an event tells of. */
export interface Told {
  account: string;
  thing: string;
  version: number;
  eventType: string;
  /** In seconds, as the event dates it. */
  created: number;
  /** It carries the object in the shape of the version that the other side has pinned. */
  pinned: boolean;
  /** The events of one change in one shape, snapshot and thin, are twins: this names both. */
  twins: string;
}

/** What an account is to whoever looks at it from outside. */
export interface Account {
  readonly things: Things;
  readonly writes: Writes;
}

/** A request as it arrives: whose key sends it is not looked at, only for whom. */
export interface Asking {
  url: string;
  method: string;
  /** `Stripe-Account`. */
  account: string | undefined;
  idempotencyKey: string | undefined;
  body: string;
}

/**
 * A Stripe that keeps its promises and no others: reads are consistent, lists by a while behind at most, everything else is late,
 * doubled, lost, cut off or refused. It shares no code with what it is used against.
 */
export interface HostileStripe {
  /** The platform first, then those connected to it. Their objects have the same ids. */
  readonly accounts: ReadonlyMap<string, Account>;
  /** By event id. */
  readonly told: ReadonlyMap<string, Told>;
  readonly events: readonly Listed[];
  readonly counts: Counts;
  /** Changes something, and sends the news on their ways. */
  change: () => void;
  /** Makes many objects of one type at once, as at the start of a month, and changes those made before. */
  burst: () => void;
  /** An object that was there before anybody listened: no event tells of it. */
  seed(): void;
  ask(asking: Asking): Promise<Sent>;
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
  writes: number;
  faults: number;
}

export interface StripeOptions {
  random: Random;
  timeline: Timeline;
  /** The platform first. */
  accounts: readonly [string, ...string[]];
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
  /** How far behind a list of objects may be, until all is calm. */
  behindMs: number;
}

const RETRY_MS = [1_000, 3_000, 10_000, 20_000];
const ANSWERS_WITHIN_MS = 20_000;

export function createStripe(options: StripeOptions): HostileStripe {
  const { random, timeline, accounts: names, version, secret, deliver, slowMs, slow, dropped, behindMs } = options;
  const [platform] = names;
  const told = new Map<string, Told>();
  const events: Listed[] = [];
  const counts: Counts = { changes: 0, events: 0, deliveries: 0, acknowledged: 0, reads: 0, writes: 0, faults: 0 };
  const pageMost = random.pick([3, 5, 10, 100]);
  const burstType = random.pick(types);
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

  const tell = (name: string, change: Change): void => {
    counts.changes += 1;
    const account = name === platform ? undefined : name;
    const made = { random, version, now: timeline.now(), number: counts.changes, account };
    for (const event of eventsOf(change, made)) {
      counts.events += 1;
      told.set(event['id'] as string, toldBy(event, name, change));
      const lateMs = random.chance(0.3) ? random.between(0, 50_000) : 0;
      if (event['object'] === 'event') events.push({ event, visibleAt: timeline.now() + lateMs });
      send(event);
    }
  };
  const toldBy = (event: Json, account: string, { thing, version: number, eventType }: Change): Told => ({
    ...{ account, thing: thing.id, version: number, eventType, created: event['created'] as number },
    pinned: event['api_version'] === version,
    twins: `${(event['snapshot_event'] as string | undefined) ?? (event['id'] as string)}`,
  });

  const accounts = new Map(
    names.map((name, index) => {
      const things = createThings(random, timeline.now, 'abc'[index] ?? 'z');
      return [name, { things, writes: createWrites(things, (change) => tell(name, change)) }] as const;
    }),
  );
  const some = (): { name: string; things: Things } => {
    const name = random.pick(names);
    return { name, things: (accounts.get(name) as Account).things };
  };

  const answerTo = ({ url: address, method, account = platform, body, idempotencyKey = '' }: Asking): Answer => {
    const url = new URL(address);
    const { things, writes } = accounts.get(account) as Account;
    if (method === 'POST') return writes.answer(url.pathname, new URLSearchParams(body), idempotencyKey);
    // Many short pages of events are tried while there are faults; without them they only take time.
    const most = calm && url.pathname === '/v1/events' ? 100 : pageMost;
    const mine = events.filter(({ event }) => (event['account'] ?? platform) === account);
    const cursorStatus = random.pick([400, 404] as const);
    const now = timeline.now();
    const listedAt = now - (calm || behindMs === 0 ? 0 : random.between(0, behindMs));
    const asked = { things: things.all, events: mine, account, now, listedAt, pageMost: most, cursorStatus };
    return answer(url, asked);
  };

  return {
    ...{ accounts, told, events, counts },
    change() {
      const { name, things } = some();
      tell(name, things.change());
    },
    burst() {
      const { name, things } = some();
      for (let left = random.between(5, 40); left > 0; left -= 1)
        tell(name, random.chance(0.4) ? things.make(burstType, {}) : things.change(burstType));
    },
    seed: () => void some().things.create(3_600),
    async ask(asking) {
      counts[asking.method === 'POST' ? 'writes' : 'reads'] += 1;
      await timeline.sleep(random.between(1, 60));
      const fault = calm ? null : faultOf(random);
      if (fault !== null) counts.faults += 1;
      // What is refused for its haste is not done; of what is lost nobody knows whether it was.
      const isDone = fault !== 429 && (fault !== 'lost' || (asking.method === 'POST' && random.chance(0.5)));
      const { status, body } = isDone ? answerTo(asking) : { status: 0, body: {} };
      if (fault === 'lost') {
        await timeline.sleep(random.pick([10, ANSWERS_WITHIN_MS]));
        throw new TypeError('fetch failed');
      }
      // The answer is made; it may be long on its way.
      await timeline.sleep(calm ? 1 : random.chance(slow) ? random.between(0, slowMs) : random.between(0, 60));
      const date = new Date(timeline.now()).toUTCString();
      const text = JSON.stringify(body);
      if (fault === null) return response(status, date, text);
      if (fault === 'cut') return response(status, date, text.slice(0, random.between(0, text.length - 1)));
      if (fault === 'strange')
        return strange({ random, timeline, status, date, body, isNew: asking.method === 'POST' });
      const error = { type: fault === 429 ? 'rate_limit_error' : 'api_error', message: 'as simulated' };
      return response(fault, date, JSON.stringify({ error }));
    },
    calm: () => void (calm = true),
    waiting: () => underWay,
  };
}

type Fault = 429 | 500 | 'lost' | 'cut' | 'strange';

function faultOf(random: Random): Fault | null {
  return random.chance(0.15) ? random.pick<Fault>([429, 500, 'lost', 'cut', 'strange', 'strange']) : null;
}

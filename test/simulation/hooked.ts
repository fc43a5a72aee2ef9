import type { Hook, HookTransaction } from '../../src/hooks/hook.js';
import type { ObjectKey } from '../../src/kernel/source.js';
import type { ChangeCall, EventCall } from './check/hooks.js';
import { isOlder, wrongCalls } from './check/hooks.js';
import type { Histories } from './check/histories.js';
import type { Random } from './random.js';
import type { Json } from './stripe/kinds.js';
import type { HostileStripe } from './stripe/stripe.js';
import type { SimulatedStore } from './world.js';

/** What an app does when something changed, in whichever process: it notes that it was called, or fails. */
export interface HookedApp {
  /** `pause`: the process may die there, stand still, and others come in between. */
  readonly hooks: (life: { step: () => Promise<void>; pause: () => Promise<void> }) => Hook[];
  /** Of what is kept, what will never be delivered. */
  readonly isPoison: (delivery: { account: string; id: string; hook: string }) => boolean;
  /** `isSteady`: no process died or stood still for long, and no clock jumped: then nothing at all may happen twice. */
  problems(histories: Histories, isSteady: boolean): Promise<string[]>;
}

export interface HookedOptions {
  stripe: HostileStripe;
  store: SimulatedStore;
  random: Random;
  hostile: () => boolean;
  /** When the hooks began to watch, in seconds. */
  since: number;
}

const CHANGES = ['customer', 'subscription'];
const AFTERWARDS = ['subscription', 'product'];
const EVENTS = ['customer.updated', 'customer.subscription.updated', 'product.deleted', 'customer.discount.created'];
/** Longer than a process stands still. */
const TIMEOUT_MS = 60_000;

interface Given {
  key: ObjectKey;
  before: Json | null;
  after: Json | null;
  tx: HookTransaction;
  event: Json;
  object: Json | null;
  source: { account: string };
}

export function createHookedApp({ stripe, store, random, hostile, since }: HookedOptions): HookedApp {
  // Not every world watches everything: what nobody watches takes another way through the engine.
  const some = (topics: readonly string[]): string[] => topics.filter(() => random.chance(0.5));
  const [changes, afterwards, events] = [some(CHANGES), some(AFTERWARDS), some(EVENTS)];
  const after: ChangeCall[] = [];
  const told: EventCall[] = [];
  const [platform] = stripe.accounts.keys();
  const poison = random.chance(0.3) ? 'sub_000001' : undefined;
  const isPoison: HookedApp['isPoison'] = ({ account, id, hook }) =>
    account === platform && id === poison && hook.startsWith('after');

  const mayFail = (): void => {
    if (hostile() && random.chance(0.2)) throw new Error('as simulated');
  };
  const callOf = ({ key: { account, type, id }, before, after: now }: Given): ChangeCall => ({
    ...{ account, type, id, before, after: now },
  });
  const hook = (kind: Hook['kind'], topic: string, run: (given: Given) => Promise<void>): Hook => ({
    ...{ name: `${kind} ${topic}`, kind, topic, timeoutMs: TIMEOUT_MS, backfill: false },
    run: run,
  });

  return {
    isPoison,
    hooks: ({ step, pause }) => [
      ...changes.map((topic) =>
        hook('change', topic, async (given) => {
          await step();
          await store.call(given.tx, callOf(given));
          await step();
          mayFail(); // what it wrote is undone
        }),
      ),
      ...afterwards.map((topic) =>
        hook('after', topic, async (given) => {
          await pause();
          mayFail();
          if (isPoison({ ...given.key, hook: 'after' })) throw new Error('never');
          after.push(callOf(given));
          await pause();
        }),
      ),
      ...events.map((topic) =>
        hook('event', topic, async ({ event, object, source: { account } }) => {
          await pause();
          mayFail();
          told.push({ account, event: event['id'] as string, object });
          await pause();
        }),
      ),
    ],
    async problems(histories, isSteady) {
      const problems: string[] = [];
      const inTransactions = await store.calls();
      for (const [account, { things }] of stripe.accounts) {
        const history = histories.of(account);
        for (const thing of things.all.values()) {
          const of = (calls: readonly ChangeCall[]) =>
            calls.filter((call) => call.account === account && call.id === thing.id);
          const { type, id } = thing;
          if (changes.includes(type))
            problems.push(...wrongCalls(thing, history, of(inTransactions), { since, mayRepeat: false }));
          if (afterwards.includes(type) && !isPoison({ account, id, hook: 'after' }))
            problems.push(
              ...wrongCalls(thing, history, of(after), { since, mayRepeat: !isSteady }).map(
                (one) => `afterwards, ${one}`,
              ),
            );
        }
      }
      return [...problems, ...wrongEvents(histories, isSteady)].map((problem) => `hooks: ${problem}`);
    },
  };

  function wrongEvents(histories: Histories, isSteady: boolean): string[] {
    const problems: string[] = [];
    const runs = new Map<string, number>();
    for (const { event, account, object } of told) {
      runs.set(event, (runs.get(event) ?? 0) + 1);
      const news = stripe.told.get(event);
      const thing = stripe.accounts.get(account)?.things.all.get(news?.thing ?? '');
      if (news === undefined || thing === undefined || !histories.isStored(event))
        problems.push(`${event} was never stored`);
      else if (thing.type !== 'discount' && isOlder(thing, news.version, object))
        problems.push(`the mirror is older than ${event} when its hook runs`);
    }
    const twins = new Set([...runs.keys()].map((event) => stripe.told.get(event)?.twins));
    for (const [event, { eventType, twins: mine }] of stripe.told) {
      if (!events.includes(eventType) || !histories.isStored(event)) continue;
      if (!twins.has(mine)) problems.push(`${event} was stored and no hook told of it`);
      if (isSteady && (runs.get(event) ?? 0) > 1) problems.push(`${event} was told of ${runs.get(event)} times`);
    }
    return problems;
  }
}

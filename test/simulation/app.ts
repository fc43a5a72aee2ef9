import type { Reached } from '../../src/inbox/sources.js';
import type { Histories } from './check/histories.js';
import type { EngineProcess } from './engine-process.js';
import type { Random } from './random.js';
import { kinds } from './stripe/kinds.js';
import { standing } from './stripe/store.js';
import type { HostileStripe } from './stripe/stripe.js';
import type { Timeline } from './timeline.js';

/** The app whose processes these are: it changes things at Stripe itself, and believes afterwards what the mirror says. */
export interface App {
  /** Begins to change something, and does not give up: whatever died or failed, it is asked for again in the same words. */
  readonly write: () => void;
  /** Changes that are still to be made. */
  waiting(): number;
  readonly problems: string[];
}

export interface AppOptions {
  someProcess: () => EngineProcess | undefined;
  stripe: HostileStripe;
  histories: Histories;
  random: Random;
  timeline: Timeline;
}

const TYPES = ['customer', 'product'];

export function createApp({ someProcess, stripe, histories, random, timeline }: AppOptions): App {
  const problems: string[] = [];
  let begun = 0;
  let waiting = 0;

  const write = async (): Promise<void> => {
    const intent = `intent_${(begun += 1)}`;
    const type = random.pick(TYPES);
    let account: Reached | undefined;
    let path = '';
    for (;;) {
      const one = someProcess();
      if (one !== undefined && account === undefined) {
        account = random.pick((await one.live(one.core.reached())) ?? []);
        if (account !== undefined) path = pathOf(type, account);
      }
      if (one !== undefined && account !== undefined) {
        const parameters = { name: `own ${intent}`, metadata: { intent } };
        const how = await one.live(one.change({ account, type, path, parameters, idempotencyKey: intent }));
        if (how === 'gone') return; // somebody else deleted it meanwhile
        if (how === 'proven') return judge(account.account, intent);
      }
      await timeline.sleep(random.between(100, 3_000));
    }
  };

  const pathOf = (type: string, { account }: Reached): string => {
    const path = kinds[type]?.path as string;
    const all = [...(stripe.accounts.get(account)?.things.all.values() ?? [])];
    const standingOnes = all.filter((thing) => thing.type === type && standing(thing) !== null);
    return standingOnes.length === 0 || random.chance(0.4) ? path : `${path}/${random.pick(standingOnes).id}`;
  };

  const judge = (name: string, intent: string): void => {
    const account = stripe.accounts.get(name);
    const made = [...(account?.things.all.values() ?? [])].filter(({ versions: [first] }) => {
      const metadata = first?.object?.['metadata'] as { intent?: string } | undefined;
      return metadata?.intent === intent;
    });
    if (made.length > 1) problems.push(`own write: ${intent} was made ${made.length} times`);
    const done = account?.writes.done.get(intent);
    if (done === undefined) return void problems.push(`own write: ${intent} was never made`);
    if (histories.of(name).isBehind(done.thing.id, done.version))
      problems.push(`own write: ${done.thing.type} ${done.thing.id} is not in the mirror, though it was waited for`);
  };

  return {
    problems,
    waiting: () => waiting,
    write() {
      waiting += 1;
      void write().finally(() => (waiting -= 1));
    },
  };
}

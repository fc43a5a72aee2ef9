import { setTimeout as pause } from 'node:timers/promises';
import Stripe from 'stripe';
import { eventually } from '../support/eventually.js';
import type { FakeEvent, FakeStripe } from './fake-stripe.js';
import type { Random } from './random.js';

export interface LoadOptions {
  stripe: FakeStripe;
  secret: string;
  random: Random;
  /** Where to deliver now: services that are up. May be empty for a while. */
  addresses: () => readonly string[];
  /** Whether the database is stopped, as a number that is another at each stop; 0 while it runs. */
  outage: () => number;
  /** How long a sender rests at most after an answer. Default: 15 ms, as fast as the services bear it. */
  restMs?: number;
  /** How long a sender rests at most after a 503. Default: as after any other answer. */
  restAfter503Ms?: number;
}

/** Deliveries under way all the time, as Stripe makes them: each event until it is acknowledged, and never again. */
export interface Load {
  readonly sent: ReadonlySet<string>;
  readonly acknowledged: ReadonlySet<string>;
  /** How often each answer came: a status, or `cut` where the connection ended first. */
  readonly answers: ReadonlyMap<string, number>;
  /** What must never happen. */
  readonly faults: readonly string[];
  /** Resolves when so many more answers of the kind have come. */
  more(answer: '200' | '503', count: number): Promise<void>;
  /** Makes no further changes; resolves when everything is acknowledged. Fails where that takes too long. */
  finish(withinMs?: number): Promise<void>;
  /** Ends at once. */
  stop(): Promise<void>;
}

const LANES = 8;
const FAULTS_MAX = 20;
const WITHIN_MS = 60_000;

export function startLoad(options: LoadOptions): Load {
  const { stripe, secret, random, addresses, outage, restMs = 15, restAfter503Ms = restMs } = options;
  const sent = new Set<string>();
  const acknowledged = new Set<string>();
  const answers = new Map<string, number>();
  const faults: string[] = [];
  const again: FakeEvent[] = [];
  const { webhooks } = new Stripe('sk_test_signer');
  let changing = true;
  let stopped = false;
  let underWay = 0;

  const post = async (event: FakeEvent, address: string): Promise<string> => {
    try {
      const answer = await fetch(`${address}/stripe-webhooks`, {
        method: 'POST',
        body: event.body,
        headers: { 'stripe-signature': webhooks.generateTestHeaderString({ payload: event.body, secret }) },
        signal: AbortSignal.timeout(WITHIN_MS),
      });
      const text = await answer.text();
      if (answer.status !== 200 && answer.status !== 503) faults.push(`answered ${answer.status}: ${text}`);
      return String(answer.status);
    } catch (error) {
      if (error instanceof DOMException && error.name === 'TimeoutError') faults.push(`no answer in ${WITHIN_MS} ms`);
      return 'cut';
    }
  };

  /** Returns how long to rest at most. */
  const deliver = async (event: FakeEvent, address: string): Promise<number> => {
    const during = outage();
    sent.add(event.id);
    const answer = await post(event, address);
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
    if (answer !== '200') again.push(event);
    if (answer !== '200') return answer === '503' ? restAfter503Ms : restMs;
    acknowledged.add(event.id);
    if (during !== 0 && during === outage()) faults.push(`${event.id} was acknowledged while the database was stopped`);
    return restMs;
  };

  const lane = async (): Promise<void> => {
    while (!stopped && (changing || again.length > 0 || underWay > 0)) {
      const open = addresses();
      let rest = restMs;
      if (open.length > 0 && (changing || again.length > 0)) {
        const event =
          again.length > 0 && (!changing || random.chance(0.5)) ? (again.shift() as FakeEvent) : stripe.change();
        underWay += 1;
        rest = await deliver(event, random.pick(open)).finally(() => (underWay -= 1));
      }
      await pause(random.between(1, rest));
    }
  };
  const lanes = Promise.all(Array.from({ length: LANES }, lane));

  return {
    ...{ sent, acknowledged, answers, faults },
    async more(answer, count) {
      const enough = (answers.get(answer) ?? 0) + count;
      const come = async (): Promise<boolean> => {
        if (faults.length > FAULTS_MAX) throw new Error(faults.join('\n'));
        return (answers.get(answer) ?? 0) >= enough;
      };
      await eventually(come, `${count} more answers ${answer}`, WITHIN_MS);
    },
    async finish(withinMs = WITHIN_MS) {
      changing = false;
      const before = new Map(answers);
      const isDone = async (): Promise<boolean> =>
        acknowledged.size === sent.size && again.length === 0 && underWay === 0;
      await eventually(isDone, 'everything is acknowledged', withinMs).catch((error: Error) => {
        const since = [...answers].map(([answer, count]) => `${count - (before.get(answer) ?? 0)} × ${answer}`);
        throw new Error(
          `${error.message}; ${again.length} wait, ${underWay} are under way; answers since: ${since.join(', ')}` +
            faults.map((fault) => `\n${fault}`).join(''),
        );
      });
      await lanes;
    },
    async stop() {
      stopped = true;
      await lanes;
    },
  };
}

import type { Log, LogFacts } from '../../src/kernel/log.js';
import type { State } from '../../src/engine/state.js';
import { API_VERSION } from '../../src/catalog/generated/api-version.js';
import { createApp } from './app.js';
import { overlooked, wrongAtEnd, wrongBeforeSweeps } from './check/end.js';
import { createHistories } from './check/histories.js';
import { startProcess, type EngineProcess } from './engine-process.js';
import { createHookedApp } from './hooked.js';
import { createJobs } from './jobs.js';
import { createRandom } from './random.js';
import { recorded } from './recorder.js';
import { types } from './stripe/kinds.js';
import { createStripe, type Asking, type Counts, type HostileStripe } from './stripe/stripe.js';
import { createTimeline, type Timeline } from './timeline.js';
import type { SimulatedStore } from './world.js';

export interface SimulateOptions {
  seed: number;
  store: SimulatedStore;
  /** How much happens, 1 being what a store in memory bears. */
  scale?: number;
  /** Breaks a guard, to see that it is missed. */
  broken?: Breaking | undefined;
  log?: Log;
}

/** Where an engine is broken: at its ports, or at what it asks of Stripe. */
export interface Breaking {
  state?: ((state: State) => State) | undefined;
  asking?: ((asking: Asking) => Asking) | undefined;
}

export interface Simulated extends Counts {
  seed: number;
  /** What went wrong, in words; nothing if all is well. */
  problems: string[];
  crashes: number;
  clockJumps: number;
  /** Differences that nothing had hinted at, found by the sweeps at the end. */
  found: number;
  /** Proofs by pages. */
  pages: number;
  /** A hash of everything that was asked and answered: the same for the same seed. */
  trace: number;
}

const BEGIN = Date.UTC(2026, 10, 2, 9);
const DAY_MS = 24 * 60 * 60_000;
/** Longer than a failed delivery waits for its next run. */
const REST_MS = 15 * 60_000;
/** How far behind lists are at most. Longer sleeps than 500 ms are cut short where nothing happens. */
const SETTLED_MS = 3_000;
/** A burst at one request per second needs more time than the rest. */
const BURSTS_MS = 20_000;
const PAGES = {
  ...{ everyMs: 500, settledMs: SETTLED_MS, restMs: 2_000, answerMs: 3_000, writtenAtOnce: 2 },
  ...{ waitingMin: 1, waitingMax: 20, coveredMin: 1, poorMax: 3 },
};
const SECRET = 'whsec_simulatedsimulated';

const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** One life of the whole engine against the hostile Stripe, decided by the seed alone. */
export async function simulate({ seed, store, scale = 1, broken, log = quiet }: SimulateOptions): Promise<Simulated> {
  const random = createRandom(seed);
  const timeline = createTimeline(BEGIN + random.between(0, 999));
  const source = { account: 'acct_simulated', livemode: false };
  const connected = { ...source, account: 'acct_connected', platform: source.account };
  const accounts = [source.account, ...(random.chance(0.5) ? [connected.account] : [])] as [string, ...string[]];
  const poll = random.pick(['alone', 'behind', 'never', 'never'] as const);
  // Answers that take longer than a lease are where two processes prove one object at once.
  const sluggish = random.chance(0.4);
  // Where reads are scarce, marks wait long enough to be proven by pages. Then a look around is due each second, also in the calm.
  const scarce = random.chance(0.4);
  const leaseMs = sluggish ? 1_000 : scarce ? 60_000 : random.pick([3_000, 10_000, 60_000]);
  let pages = 0;
  let trace = 0;
  const mix = (text: string): void => {
    for (let at = 0; at < text.length; at += 1) trace = (Math.imul(trace, 31) + text.charCodeAt(at)) | 0;
  };

  const stripe: HostileStripe = createStripe({
    ...{ random, timeline, accounts, version: API_VERSION, secret: SECRET },
    slowMs: sluggish ? 4_000 : 500,
    slow: sluggish ? 0.4 : 0.1,
    dropped: random.pick([0, 0.1, 0.4]),
    behindMs: scarce ? random.pick([0, SETTLED_MS]) : 0,
    deliver: poll === 'alone' ? null : (event, body, signature) => deliver(event['id'] as string, body, signature),
  });
  const histories = createHistories(stripe.accounts, stripe.told);
  const listening = new Map<string, number>();
  const record = recorded(store.state, timeline, histories.note, ({ account }) => {
    if (!listening.has(account)) listening.set(account, timeline.now());
  });
  const state = broken?.state === undefined ? record : broken.state(record);
  let hostile = true;
  const hooked = createHookedApp({
    ...{ stripe, store, random, since: Math.floor(timeline.now() / 1_000) },
    hostile: () => hostile,
  });
  await state.database.transaction(async (tx) => {
    await state.sources.bind(tx, [{ ...source, platform: source.account }]);
    // Else its first event binds it, and where nothing but polling brings events there would be none.
    if (accounts.length > 1 && (poll === 'alone' || random.chance(0.5))) await state.sources.bind(tx, [connected]);
  });
  const nobody = { step: () => Promise.resolve(), pause: () => Promise.resolve() };
  await state.hookRegistrations.register(hooked.hooks(nobody), new Date(timeline.now()));

  let skewMs = 0;
  let crashes = 0;
  let clockJumps = 0;
  let over = false;
  const count = ({ event, proven = 0 }: LogFacts): void => void (event === 'sync.page' && (pages += Number(proven)));
  const places = random.pick([1, 1, 2, 2, 3]);
  const processes: (EngineProcess | undefined)[] = [];
  const start = (place: number): void => {
    processes[place] = startProcess({
      ...{ state, source, secret: SECRET, timeline, random, poll, leaseMs },
      log: { ...log, debug: (facts) => (count(facts), log.debug(facts)) },
      concurrency: random.between(1, 4),
      ratePerEndpoint: scarce ? 1 : 1_000,
      pages: { ...PAGES, atOnce: scarce ? 2 : 0 },
      ask: async (asking) => {
        mix(`${timeline.now()} ${place} ${asking.account} ${asking.url} ${asking.body}`);
        return stripe.ask(broken?.asking?.(asking) ?? asking);
      },
      hooks: hooked.hooks,
      skewMs: () => skewMs,
      hostile: () => hostile,
      sleepsAtLeastMs: () => (hostile ? 0 : scarce ? 1_000 : 20_000),
      diesAt: random.chance(0.7) ? random.between(20, Math.ceil(1_500 * scale)) : Infinity,
      onDeath: () => {
        crashes += 1;
        processes[place] = undefined;
        if (!over) timeline.after(random.between(10, 3_000), () => start(place));
      },
    });
  };
  const someProcess = (): EngineProcess | undefined => {
    const alive = processes.filter((one) => one !== undefined);
    return alive.length === 0 ? undefined : random.pick(alive);
  };
  const deliver = async (id: string, body: string, signature: string): Promise<boolean> => {
    mix(`${timeline.now()} ${id}`);
    const to = someProcess();
    const webhook = to?.core.webhook;
    if (to === undefined || webhook == null) return false;
    const taken = await Promise.race([
      to.outlive(webhook.deliver(Buffer.from(body), signature)).then(
        () => true,
        () => false,
      ),
      timeline.sleep(10_000).then(() => false),
    ]);
    if (taken) histories.acknowledged(id, timeline.now());
    return taken;
  };

  const seeds = random.between(0, Math.ceil(8 * scale));
  for (let one = 0; one < seeds; one += 1) stripe.seed();
  for (let place = 0; place < places; place += 1) start(place);

  const hostileMs = random.between(10_000, Math.ceil(45_000 * scale)) + (scarce ? BURSTS_MS : 0);
  const at = (work: () => void): void => void timeline.after(random.between(0, hostileMs), work);
  const changes = random.between(5, Math.ceil(45 * scale));
  for (let one = 0; one < changes; one += 1) at(stripe.change);
  // Bursts: several changes within one second.
  for (let burst = random.between(0, 3); burst > 0; burst -= 1)
    at(() => {
      for (let one = random.between(2, 5); one > 0; one -= 1) timeline.after(random.between(0, 400), stripe.change);
    });
  if (scarce) for (let burst = random.between(2, 4); burst > 0; burst -= 1) at(stripe.burst);
  const app = createApp({ someProcess, stripe, histories, random, timeline });
  for (let one = random.between(0, Math.ceil(6 * scale)); one > 0; one -= 1) at(app.write);
  const jobs = createJobs(someProcess, random);
  for (let one = random.between(0, 3); one > 0; one -= 1) at(() => void jobs.backfill());
  for (let one = random.between(0, 8); one > 0; one -= 1) at(() => void jobs.sweepOne(random.pick(types)));
  for (let one = random.between(0, 2); one > 0; one -= 1)
    at(() => {
      clockJumps += 1;
      skewMs = random.pick([0, DAY_MS, -DAY_MS, random.between(-5_000, 5_000)]);
    });
  await timeline.pass(hostileMs);

  // The hostile phase ends: no more faults, our clock is right, whoever died starts again.
  hostile = false;
  stripe.calm();
  skewMs = 0;
  const problems: string[] = [];
  const left = async (): Promise<string[]> => {
    const deliveries = (await store.deliveries()).filter((one) => !hooked.isPoison(one));
    return [...(await store.marks()), ...deliveries.map(({ hook, id }) => `${hook} ${id}`)];
  };
  const isQuiet = async (): Promise<boolean> => {
    const until = timeline.now() + REST_MS;
    while (timeline.now() < until) {
      await timeline.pass(5_000);
      if (stripe.waiting() + app.waiting() === 0 && (await left()).length === 0) return true;
    }
    return false;
  };
  // Also where a wrong clock put something off by a day: the right one knows that nothing waits as long.
  const rest = async (when: string): Promise<void> => {
    if (await isQuiet()) return;
    const rest = (await left()).join(' ');
    problems.push(`${when} the engine does not come to rest: ${app.waiting()} own writes, ${rest}`);
  };

  // Longer than the list of events may be late, and a process may stand still: the poll has seen the last of them.
  if (poll !== 'never') await timeline.pass(90_000 + 2 * leaseMs);
  await rest('after the last change');
  const end = { stripe, store, histories };
  problems.push(...(await wrongBeforeSweeps(end)));
  if (poll !== 'never') problems.push(...overlooked(end, listening));

  let found = 0;
  const reached = (await within(timeline, jobs.reached())) ?? [];
  const known = new Set(reached.map(({ account }) => account));
  for (const reach of reached)
    for (const type of types) {
      const swept = await within(timeline, jobs.sweep(reach, type));
      if (swept === undefined) problems.push(`the sweep of ${type} does not come to its end`);
      else found += swept.missing.count + swept.extra.count + swept.different.count;
    }
  await rest('after the sweeps');
  const isSteady = crashes === 0 && clockJumps === 0 && leaseMs <= 10_000;
  problems.push(
    ...(await wrongAtEnd({ ...end, known })),
    ...histories.problems(),
    ...app.problems,
    ...(await hooked.problems(histories, isSteady)),
  );
  over = true;
  for (const one of processes) one?.kill();
  await timeline.pass(0);
  crashes -= places; // the last of each place was not an accident
  return { seed, problems, ...stripe.counts, crashes, clockJumps, found, pages, trace };
}

/** Lets time pass until the work is done; undefined where it takes too long. */
async function within<T>(timeline: Timeline, work: Promise<T>): Promise<T | undefined> {
  let done = false;
  let result: T | undefined;
  void work.then((value) => {
    done = true;
    result = value;
  });
  await timeline.pass(REST_MS, () => done);
  return result;
}

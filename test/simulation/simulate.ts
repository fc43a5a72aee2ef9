import type { Log } from '../../src/kernel/log.js';
import type { State } from '../../src/engine/state.js';
import { API_VERSION } from '../../src/catalog/generated/api-version.js';
import type { SweptType } from '../../src/feeds/sweep-type.js';
import type { Source } from '../../src/kernel/source.js';
import { compareAll, compareOne } from './check/compare.js';
import type { FoundRow } from './check/facts.js';
import { createHistory, type History } from './check/history.js';
import { startProcess, type EngineProcess } from './engine-process.js';
import { createRandom } from './random.js';
import { recorded } from './recorder.js';
import { types } from './stripe/kinds.js';
import { standing } from './stripe/store.js';
import { createStripe, type Counts, type HostileStripe } from './stripe/stripe.js';
import { createTimeline, type Timeline } from './timeline.js';
import type { SimulatedStore } from './world.js';

export interface SimulateOptions {
  seed: number;
  store: SimulatedStore;
  /** How much happens, 1 being what a store in memory bears. */
  scale?: number;
  /** Breaks a guard, to see that it is missed. */
  broken?: ((state: State) => State) | undefined;
  log?: Log;
}

export interface Simulated extends Counts {
  seed: number;
  /** What went wrong, in words; nothing if all is well. */
  problems: string[];
  crashes: number;
  clockJumps: number;
  /** Differences that nothing had hinted at, found by the sweeps at the end. */
  found: number;
  /** Marks that were due only after our clock had been set right. */
  waitedForClock: boolean;
  /** A hash of everything that was asked and answered: the same for the same seed. */
  trace: number;
}

const BEGIN = Date.UTC(2026, 10, 2, 9);
const DAY_MS = 24 * 60 * 60_000;
const REST_MS = 5 * 60_000;
const SECRET = 'whsec_simulatedsimulated';

const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** One life of the whole engine against the hostile Stripe, decided by the seed alone. */
export async function simulate({ seed, store, scale = 1, broken, log = quiet }: SimulateOptions): Promise<Simulated> {
  const random = createRandom(seed);
  const timeline = createTimeline(BEGIN + random.between(0, 999));
  const source = { account: 'acct_simulated', livemode: false };
  const poll = random.pick(['alone', 'behind', 'never', 'never'] as const);
  // Answers that take longer than a lease are where two processes prove one object at once.
  const sluggish = random.chance(0.4);
  const leaseMs = sluggish ? 1_000 : random.pick([3_000, 10_000, 60_000]);
  let trace = 0;
  const mix = (text: string): void => {
    for (let at = 0; at < text.length; at += 1) trace = (Math.imul(trace, 31) + text.charCodeAt(at)) | 0;
  };

  const stripe: HostileStripe = createStripe({
    ...{ random, timeline, account: source.account, version: API_VERSION, secret: SECRET },
    slowMs: sluggish ? 4_000 : 500,
    slow: sluggish ? 0.4 : 0.1,
    dropped: random.pick([0, 0.1, 0.4]),
    deliver: poll === 'alone' ? null : (event, body, signature) => deliver(event['id'] as string, body, signature),
  });
  const history = createHistory(stripe.things.all, stripe.told);
  let listening = Infinity;
  const record = recorded(store.state, timeline, history, () => (listening = Math.min(listening, timeline.now())));
  const state = broken === undefined ? record : broken(record);
  await state.database.transaction((tx) => state.sources.bind(tx, [{ ...source, platform: source.account }]));

  let skewMs = 0;
  let crashes = 0;
  let clockJumps = 0;
  let hostile = true;
  let over = false;
  const places = random.pick([1, 1, 2, 2, 3]);
  const processes: (EngineProcess | undefined)[] = [];
  const start = (place: number): void => {
    processes[place] = startProcess({
      ...{ state, source, secret: SECRET, timeline, random, log, poll, leaseMs },
      concurrency: random.between(1, 4),
      fetch: async (url) => {
        mix(`${timeline.now()} ${place} ${url}`);
        return stripe.fetch(url);
      },
      skewMs: () => skewMs,
      hostile: () => hostile,
      sleepsAtLeastMs: () => (hostile ? 0 : 20_000),
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
    if (taken) history.acknowledged(id, timeline.now());
    return taken;
  };

  const seeds = random.between(0, Math.ceil(8 * scale));
  for (let one = 0; one < seeds; one += 1) stripe.seed();
  for (let place = 0; place < places; place += 1) start(place);

  const hostileMs = random.between(10_000, Math.ceil(45_000 * scale));
  const at = (work: () => void): void => void timeline.after(random.between(0, hostileMs), work);
  const changes = random.between(5, Math.ceil(45 * scale));
  for (let one = 0; one < changes; one += 1) at(stripe.change);
  // Bursts: several changes within one second.
  for (let burst = random.between(0, 3); burst > 0; burst -= 1)
    at(() => {
      for (let one = random.between(2, 5); one > 0; one -= 1) timeline.after(random.between(0, 400), stripe.change);
    });
  const jobs = createJobs(someProcess, source);
  for (let one = random.between(0, 3); one > 0; one -= 1) at(() => void jobs.backfill());
  for (let one = random.between(0, 8); one > 0; one -= 1) at(() => void jobs.sweep(random.pick(types)));
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
  const isQuiet = async (): Promise<boolean> => {
    const until = timeline.now() + REST_MS;
    while (timeline.now() < until) {
      await timeline.pass(5_000);
      if (stripe.waiting() === 0 && (await store.marks()).length === 0) return true;
    }
    return false;
  };
  let waitedForClock = false;
  const rest = async (when: string): Promise<void> => {
    if (await isQuiet()) return;
    // What was put off while our clock was a day ahead is due a day later.
    waitedForClock = true;
    skewMs = 2 * DAY_MS;
    if (!(await isQuiet()))
      problems.push(`${when} the engine does not come to rest: ${(await store.marks()).join(' ')}`);
  };

  // Longer than the list of events may be late, and a process may stand still: the poll has seen the last of them.
  if (poll !== 'never') await timeline.pass(90_000 + 2 * leaseMs);
  await rest('after the last change');
  problems.push(...hintedAndWrong(stripe, history, await store.rows()));
  if (poll !== 'never') {
    const overlooked = stripe.events.filter(
      ({ event, visibleAt }) => visibleAt > listening && !history.isStored(event['id'] as string),
    );
    problems.push(...overlooked.map(({ event }) => `I12 the poll overlooked ${event['id'] as string}`));
  }

  let found = 0;
  for (const type of types) {
    const swept = await within(timeline, jobs.sweep(type));
    if (swept === undefined) problems.push(`the sweep of ${type} does not come to its end`);
    else found += swept.missing.count + swept.extra.count + swept.different.count;
  }
  await rest('after the sweeps');
  problems.push(...compareAll(stripe.things.all.values(), await store.rows()).map((wrong) => `I1 ${wrong}`));
  const inbox = new Set(await store.events());
  for (const event of stripe.told.keys())
    if (history.isStored(event) && !inbox.has(event)) problems.push(`I2 ${event} is gone from the inbox`);
  problems.push(...history.problems);
  over = true;
  for (const one of processes) one?.kill();
  await timeline.pass(0);
  crashes -= places; // the last of each place was no accident
  return { seed, problems, ...stripe.counts, crashes, clockJumps, found, waitedForClock, trace };
}

/** Objects whose last change was hinted at need no sweep to be right. */
function hintedAndWrong(stripe: HostileStripe, history: History, rows: readonly FoundRow[]): string[] {
  return [...stripe.things.all.values()].flatMap((thing) => {
    if (history.hinted(thing.id) !== thing.versions.length - 1) return [];
    const buried = rows.some((row) => row.id === thing.id && row.deleted);
    const unburied = standing(thing) === null && !buried ? [`${thing.type} ${thing.id} has no tombstone`] : [];
    return [...compareOne(thing, rows), ...unburied].map((wrong) => `I1 before any sweep: ${wrong}`);
  });
}

/** What an operator asks for, of whichever process is alive; it may die over it. */
function createJobs(someProcess: () => EngineProcess | undefined, source: Source) {
  const reach = { ...source, platform: source.account };
  return {
    async backfill(): Promise<void> {
      const one = someProcess();
      const { signal } = new AbortController();
      await one?.outlive(one.core.backfill({ sources: [reach], types, signal })).catch(() => {});
    },
    async sweep(type: string): Promise<SweptType | undefined> {
      const one = someProcess();
      return one?.outlive(one.core.sweep.sweep(reach, type)).catch(() => undefined);
    },
  };
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

import fc from 'fast-check';
import { API_VERSION } from '../../../src/catalog/generated/api-version.js';
import type { State } from '../../../src/engine/state.js';
import { applyListed, fillFromPages, type ApplyDeps } from '../../../src/listing/apply.js';
import { judge, listedOn } from '../../../src/listing/judge.js';
import { markUnlisted } from '../../../src/listing/unlisted.js';
import { accept } from '../../../src/inbox/accept.js';
import { arrivalOf } from '../../../src/inbox/arrival.js';
import type { Reading, StripeObject } from '../../../src/stripe/gateway.js';
import { settle } from '../../../src/sync/settle.js';
import { compareAll } from '../check/compare.js';
import { createHistory } from '../check/history.js';
import { openMemoryStore } from '../memory-store.js';
import { recorded } from '../recorder.js';
import type { Json } from '../stripe/kinds.js';
import { createSource, kindsOfChange, type KindOfChange } from './source.js';

type Way = 'fill' | 'compare';

/** What happens in one run; in which order, the scheduler says. */
export interface Plan {
  type: 'customer' | 'product' | 'subscription';
  seed: number;
  changes: KindOfChange[];
  /** How often each event is delivered, in turn; 0: it is lost. */
  copies: number[];
  /** Claims of each worker while all that happens. */
  claims: [number, number];
  /** A backfill's or a sweep's. */
  listings: Way[];
  leaseMs: number;
}

export const plans: fc.Arbitrary<Plan> = fc.record({
  type: fc.constantFrom('customer' as const, 'product' as const, 'subscription' as const),
  seed: fc.nat(),
  changes: fc.array(fc.constantFrom(...kindsOfChange), { minLength: 1, maxLength: 3 }),
  copies: fc.array(fc.constantFrom(0, 1, 1, 1, 2), { minLength: 1, maxLength: 4 }),
  claims: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 3 })),
  listings: fc.array(fc.constantFrom('fill' as const, 'compare' as const), { maxLength: 2 }),
  leaseMs: fc.constantFrom(500, 60_000),
});

export interface Interleaved {
  problems: string[];
  /** Names the order in which everything happened. */
  trace: number;
}

const BEGIN = Date.UTC(2026, 10, 2, 9);
const STEP_MS = 170;
const ROUNDS_MAX = 50;
const source = { account: 'acct_1', livemode: false };
const reached = { ...source, platform: source.account };
const asks = () => ({ source: reached, quarantine: null });

/** Runs the plan on the real functions of the core, one step of one actor at a time, as the scheduler has it. */
export async function interleave(
  scheduler: fc.Scheduler,
  plan: Plan,
  broken: (state: State) => State = (state) => state,
): Promise<Interleaved> {
  let now = BEGIN;
  let trace = 0;
  const at = (): Date => new Date(now);
  const step = async (actor: number): Promise<void> => {
    await scheduler.schedule(Promise.resolve());
    trace = (Math.imul(trace, 0x01_00_01_93) ^ (actor + 1)) | 0;
    now += STEP_MS;
  };
  const stripe = createSource({ ...plan, version: API_VERSION, now: () => now });
  const { type, id } = stripe.thing;
  const history = createHistory(new Map([[id, stripe.thing]]), stripe.told);
  const store = openMemoryStore();
  const timeline = { now: () => now, busy: <T>(work: Promise<T>) => work };
  const state = broken(
    recorded(
      store.state,
      timeline,
      (_, commit) => history.note(commit),
      () => {},
    ),
  );
  const { database, marks, mirror } = state;
  await database.transaction((tx) => state.sources.bind(tx, [reached]));

  const prove = async (pause: () => Promise<void>): Promise<boolean> => {
    const [claim] = await marks.claim({ limit: 1, now: at(), leaseMs: plan.leaseMs, homes: [source] });
    if (claim === undefined) return false;
    await pause();
    const found = stripe.read();
    await pause();
    // The answer's Date: whole seconds, no earlier than the answer was made.
    const readAt = new Date(Math.floor(now / 1_000) * 1_000);
    await settle(claim, { found, readAt } as Reading, {
      ...{ database, marks, mirror, onProof: async () => {}, now: at() },
    });
    return true;
  };
  const list = async (way: Way, pause: () => Promise<void>): Promise<void> => {
    // Each of its statements waits for its turn.
    const parts: ApplyDeps = {
      database: { ...database, transaction: (run) => pause().then(() => database.transaction(run)) },
      mirror: { ...mirror, readMarked: (from, keys) => pause().then(() => mirror.readMarked(from, keys)) },
      ...{ marks, onInserted: async () => {} },
    };
    const data = stripe.listed() as StripeObject[];
    const began = new Date(Math.floor(now / 1_000) * 1_000);
    await pause();
    const pages = [{ page: { data, hasMore: false, readAt: began }, parents: {} }];
    const options = { source, type, now: at(), readable: true };
    if (way === 'fill') await fillFromPages(parts, pages, options);
    else await applyListed(parts, await judge(database, parts.mirror, listedOn(pages, options)), options);
    await pause();
    const ids = new Set(data.map((object) => object.id));
    await markUnlisted(parts, { source, type, ids: { has: (one) => ids.has(one) }, began }, at());
  };
  const deliver = async (event: Json, actor: number): Promise<void> => {
    await step(actor);
    const arrival = arrivalOf(JSON.stringify(event), asks, 'webhook');
    if (arrival === undefined) throw new Error('an event that nobody can read');
    await database.transaction((tx) => accept(tx, state, [arrival], at()));
    history.acknowledged(arrival.id, now);
  };

  const deliveries: Promise<void>[] = [];
  const change = async (): Promise<void> => {
    let drawn = 0;
    for (const kind of plan.changes) {
      await step(0);
      for (const event of stripe.change(kind)) {
        const copies = plan.copies[drawn % plan.copies.length] ?? 1;
        for (let copy = 0; copy < copies; copy += 1) deliveries.push(deliver(event, 10 + drawn));
        drawn += 1;
      }
    }
  };
  const work = async (claims: number, actor: number): Promise<void> => {
    for (let claim = 0; claim < claims; claim += 1) {
      await step(actor);
      await prove(() => step(actor));
    }
  };
  const sweep = async (): Promise<void> => {
    for (const way of plan.listings) {
      await step(3);
      await list(way, () => step(3));
    }
  };
  const all = Promise.all([change(), work(plan.claims[0], 1), work(plan.claims[1], 2), sweep()]);
  await scheduler.waitFor(all.then(() => Promise.all(deliveries)));

  const problems: string[] = [];
  const quiet = async (): Promise<void> => {};
  const rest = async (): Promise<void> => {
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      now += 2 * plan.leaseMs;
      if (!(await prove(quiet)) && (await store.marks()).length === 0) return;
    }
    problems.push('it does not come to rest');
  };
  await rest();
  const things = [stripe.thing];
  if (history.hinted(id) === stripe.thing.versions.length - 1) {
    problems.push(...compareAll(things, await store.rows()).map((wrong) => `I1 before any sweep: ${wrong}`));
  }
  await list('compare', quiet);
  await rest();
  problems.push(...compareAll(things, await store.rows()).map((wrong) => `I1 ${wrong}`), ...history.problems);
  return { problems, trace };
}

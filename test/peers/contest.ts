import { setTimeout as pause } from 'node:timers/promises';
import { chanceOf } from './chance.js';
import { compare, type Wrong } from './compare.js';
import { createCourier, TIMED_OUT } from './courier.js';
import type { Databases } from './databases.js';
import type { Contestant, Engine } from './engine.js';
import { startFakeStripe, type FakeStripe } from './fake-stripe.js';
import { birth, HOME } from './life.js';
import { factsOf, kinds } from './object.js';
import type { Scenario, Subject } from './scenarios.js';

/** One scenario on one engine. */
export interface Outcome {
  objects: number;
  wrong: Wrong[];
  /** Events that were refused three times, with the last answer. */
  refused: { type: string; answer: string }[];
  /** In place of a number: the engine ended, hung, or refused the scenario. */
  word: 'crash' | 'no end' | 'fails' | null;
  /** What the word stands for. */
  reason: string;
}

export interface ArenaOptions {
  databases: Databases;
  /** Name of a database that `contestant.migrate` has migrated. */
  template: string;
  contestant: Contestant;
  /** How long a wrong row may still turn right once nothing is under way. */
  graceMs: number;
}

/** One engine on a fresh Stripe and a fresh database. */
export interface Arena {
  readonly databaseUrl: string;
  /** Plays the scenario for every seed at once, lets the engine come to rest, and compares. */
  play(scenario: Scenario, seeds: readonly number[]): Promise<Outcome>;
  /** Compares these objects again. */
  judge(ids: readonly string[]): Promise<Wrong[]>;
  close(): Promise<void>;
}

const ANSWER_WITHIN_MS = 10_000;
/** Objects of one type fit on one page of a list: as many seeds at once. */
export const SEEDS_AT_ONCE = 40;

export async function openArena({ databases, template, contestant, graceMs }: ArenaOptions): Promise<Arena> {
  const stripe = await startFakeStripe();
  furnish(stripe);
  const database = await databases.create(template);
  let engine: Engine | undefined;
  const close = async (): Promise<void> => {
    await engine?.stop();
    await database.drop();
    await stripe.stop();
  };
  try {
    engine = await contestant.start({ databaseUrl: database.url, stripePort: stripe.port });
  } catch (error) {
    await close();
    throw error;
  }
  const running = engine;
  return {
    databaseUrl: database.url,
    play: (scenario, seeds) => play({ stripe, engine: running, graceMs }, scenario, seeds),
    judge: async (ids) => {
      const rows = await running.rows(); // before the truth: other histories go on meanwhile, and only add to it
      return compare(stripe.truth(), rows, new Set(ids));
    },
    close,
  };
}

interface Playing {
  stripe: FakeStripe;
  engine: Engine;
  graceMs: number;
}

async function play(
  { stripe, engine, graceMs }: Playing,
  scenario: Scenario,
  seeds: readonly number[],
): Promise<Outcome> {
  const courier = createCourier(() => engine.webhookUrl(), ANSWER_WITHIN_MS);
  const subjects = seeds.flatMap((seed) => cast(scenario, seed));
  let reason = '';
  try {
    await scenario.play({ stripe, courier, engine, subjects });
    await courier.retry();
    await engine.rest();
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  const refused = courier.refused().map(({ event, answer }) => ({ type: event.type, answer }));
  const wrong = await settled(stripe, engine, new Set(subjects.map(({ id }) => id)), graceMs);
  const hung = refused.find(({ answer }) => answer === TIMED_OUT);
  const word = !engine.alive() ? 'crash' : hung !== undefined ? 'no end' : reason !== '' ? 'fails' : null;
  if (hung !== undefined) reason ||= `${hung.type} ${TIMED_OUT}`;
  return { objects: subjects.length, wrong, refused, word, reason };
}

// What the histories refer to, as it stood before anybody looked.
function furnish(stripe: FakeStripe): void {
  const created = Math.floor(Date.now() / 1_000) - 7_200;
  for (const kind of ['customer', 'product', 'price'] as const) {
    stripe.put(birth({ kind, id: HOME[kind], created }).after);
  }
}

/** The objects that a seed brings into a scenario, one of each of its types. */
export function cast(scenario: Scenario, seed: number): Subject[] {
  return (scenario.kinds ?? kinds).map((kind) => ({
    ...{ kind, seed },
    id: `${factsOf[kind].prefix}_${scenario.name.replaceAll('-', '')}${seed}`,
    chance: chanceOf(scenario.name, seed, kind),
  }));
}

async function settled(
  stripe: FakeStripe,
  engine: Engine,
  ids: ReadonlySet<string>,
  graceMs: number,
): Promise<Wrong[]> {
  const until = performance.now() + graceMs;
  for (;;) {
    const rows = await engine.rows(); // before the truth, as above
    const wrong = compare(stripe.truth(), rows, ids);
    if (wrong.length === 0 || performance.now() > until) return wrong;
    await pause(100);
  }
}

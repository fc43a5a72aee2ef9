import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import { compare, type Comparison } from './compare.js';
import { startFakeStripe } from './fake-stripe.js';
import { startLoad, type Load } from './load.js';
import { createRandom, type Random } from './random.js';
import type { Service } from './service.js';
import { bearer, openStage, WEBHOOK_SECRET, type DatabaseKind, type Stage } from './stage.js';

export interface CrashOptions {
  kind: DatabaseKind;
  /** Services on the one database. */
  workers: number;
  cycles: number;
  /** Every so many cycles the database itself is stopped and started again; 0: never. */
  stopEvery: number;
  seed: number;
  /** How long each of the senders rests at most after an answer. Default: as fast as the services bear it. */
  restMs?: number;
  /** Before the first cycle the database is away for so long, under load. Default: it is not. */
  awayMs?: number;
  onCycle?: (cycle: number) => void;
}

export interface CrashReport extends Comparison {
  kind: DatabaseKind;
  version: string;
  cycles: number;
  kills: number;
  killsDuringStart: number;
  databaseStops: number;
  sent: number;
  answers: ReadonlyMap<string, number>;
  /** From the last delivery until nothing was marked any more: what a killed service had claimed is proven by then. */
  restMs: number;
  /** What must never happen: another answer than 200 and 503, an acknowledgement without a database, a service that ends by itself. */
  faults: string[];
}

const LEASE_AND_MORE_MS = 120_000;

/** Kills services and stops the database under load, lets everything come to rest, and compares. */
export async function crash(options: CrashOptions): Promise<CrashReport> {
  const random = createRandom(options.seed);
  const stripe = await startFakeStripe(createRandom(options.seed + 1));
  const stage = await openStage(options.kind, { workers: options.workers, stripeUrl: stripe.url });
  let outage = 0;
  const addresses = (): string[] => stage.services.flatMap(({ url }) => url ?? []);
  const load = startLoad({
    stripe,
    secret: WEBHOOK_SECRET,
    random: createRandom(options.seed + 2),
    addresses,
    outage: () => outage,
    ...(options.restMs === undefined ? {} : { restMs: options.restMs }),
    ...(options.awayMs === undefined ? {} : { restAfter503Ms: 800 }),
  });
  const counts = { kills: 0, killsDuringStart: 0, databaseStops: 0 };
  try {
    for (const service of stage.services) service.start();
    await allReady(stage.services);
    if (options.awayMs !== undefined) {
      await load.more('200', 50);
      await stage.server?.stop('fast');
      outage = counts.databaseStops = 1;
      await pause(options.awayMs);
      outage = 0;
      await stage.server?.start();
    }
    for (let cycle = 1; cycle <= options.cycles; cycle += 1) {
      await load.more('200', random.between(5, options.kind === 'PGlite' ? 20 : 60)); // its commits wait in one queue
      await random.wait(25);
      if (options.stopEvery > 0 && cycle % options.stopEvery === 0) {
        counts.databaseStops += 1;
        await stopDatabase(stage, load, random, counts, (stopped) => (outage = stopped ? counts.databaseStops : 0));
      } else {
        await killSome(stage, random, counts);
      }
      options.onCycle?.(cycle);
    }
    await allReady(stage.services);
    await load.finish(60_000 + (options.awayMs ?? 0)); // what waited meanwhile
    const rested = performance.now();
    await comeToRest(stage);
    const restMs = Math.round(performance.now() - rested);
    for (const service of stage.services) await service.stop();
    const expected = { truth: stripe.truth(), acknowledged: load.acknowledged, sent: load.sent };
    const { version, ...comparison } = await stage.open(async (query) => ({
      version: String((await query('show server_version'))[0]?.['server_version']),
      ...(await compare(expected, query)),
    }));
    const faults = [...load.faults, ...stage.services.flatMap(({ deaths }) => deaths)];
    const { kind, cycles } = options;
    return {
      ...{ kind, version, cycles },
      ...counts,
      sent: load.sent.size,
      answers: load.answers,
      restMs,
      faults,
      ...comparison,
    };
  } finally {
    await load.stop();
    await stage.close();
    await stripe.stop();
  }
}

interface Kills {
  kills: number;
  killsDuringStart: number;
}

/** One service, sometimes all at the same moment, sometimes again while it starts. Those that start are left alone. */
async function killSome({ services }: Stage, random: Random, counts: Kills): Promise<void> {
  const ready = services.filter(({ url }) => url !== undefined);
  const victims = random.chance(0.2) ? ready : [random.pick(ready)];
  for (const victim of victims) {
    await victim.kill();
    counts.kills += 1;
    if (random.chance(0.25)) await killDuringStart(victim, random, counts);
    victim.start();
  }
}

async function killDuringStart(victim: Service, random: Random, counts: Kills): Promise<void> {
  victim.start();
  await random.wait(900);
  await victim.kill();
  counts.kills += 1;
  counts.killsDuringStart += 1;
}

/** Events keep coming meanwhile: they are answered 503. Half of the time a service is killed too while it is away. */
async function stopDatabase(
  { server, services }: Stage,
  load: Load,
  random: Random,
  counts: Kills,
  note: (stopped: boolean) => void,
): Promise<void> {
  if (server === null) throw new Error('a database inside the service cannot be stopped alone');
  await allReady(services); // a service that starts without its database ends, and rightly
  await server.stop(random.pick(['immediate', 'fast']));
  note(true);
  await load.more('503', random.between(5, 30));
  const victim = services.length > 1 && random.chance(0.5) ? random.pick(services) : undefined;
  await victim?.kill();
  if (victim !== undefined) counts.kills += 1;
  note(false); // before the start: what is acknowledged from here on may be right
  await server.start();
  victim?.start();
}

async function allReady(services: readonly Service[]): Promise<void> {
  await Promise.all(services.map((service) => service.ready()));
}

async function comeToRest(stage: Stage): Promise<void> {
  await eventually(
    async () => {
      const url = stage.services.find((service) => service.url !== undefined)?.url;
      if (url === undefined) return false;
      return ((await (await fetch(`${url}/readyz`, bearer)).json()) as { dirty: number }).dirty === 0;
    },
    'nothing is marked any more',
    LEASE_AND_MORE_MS,
  );
}

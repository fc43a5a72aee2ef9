import { catalogOf } from '../../catalog/catalog.js';
import type { MirrorChange, Engine } from '../../engine/engine.js';
import type { Clock } from '../../kernel/clock.js';
import { messageOf } from '../../kernel/error.js';
import type { Log } from '../../kernel/log.js';
import { name, sql } from '../../store/sql.js';
import type { StripeObject } from '../../stripe/gateway.js';
import { differing, fieldsOf, fullLabel, labelOf, shownTypes, type DemoRow, type ShownType } from './row.js';

export interface DemoState {
  mode: 'emulator' | 'stripe';
  emulatorUrl: string | null;
  status: { inStep: boolean; text: string; since: string | null; provenAt: string | null; dirty: number };
  sweep: { running: boolean; lastAt: string | null; everySeconds: number; found: number; repaired: number };
  fault: { loseEverySecondWebhook: boolean } | null;
  last: { type: string; id: string; ms: number } | null;
  rows: DemoRow[];
  profiles: {
    username: string;
    name: string;
    stripe_customer_id: string | null;
    stripe_subscription_id: string | null;
  }[];
}

/** A change on Stripe's side, as the emulator's stream tells it: when it happened (epoch ms). */
export interface StripeChange {
  at: number;
  object: string;
  id: string;
}

export interface SideBySideOptions {
  engine: Engine;
  clock: Clock;
  log: Log;
  /** The emulator's address; null: the real Stripe, in test mode. */
  emulatorUrl: string | null;
  /** The emulator's fault: every second webhook is lost. null where there is no emulator. */
  fault: { get(): Promise<boolean>; set(on: boolean): Promise<void> } | null;
  everySeconds: number;
}

/** Both sides of the same objects, read again whenever one of them changes. */
export interface SideBySide {
  state(): DemoState;
  onState(listener: (state: DemoState) => void): () => void;
  /** Something changed at Stripe. */
  stripeChanged(change: StripeChange): void;
  sweep(): Promise<void>;
  setFault(on: boolean): Promise<void>;
  start(): void;
  /** Aborted when the page's streams have to end. */
  readonly stopping: AbortSignal;
  stop(): Promise<void>;
}

const LIMIT = 20;
const GATHER_MS = 25;
const KEPT_MAX = 1_000;

export function createSideBySide({
  engine,
  clock,
  log,
  emulatorUrl,
  fault,
  everySeconds,
}: SideBySideOptions): SideBySide {
  const listeners = new Set<(state: DemoState) => void>();
  const stopping = new AbortController();
  const changedAt = new Map<string, number>();
  const writtenAt = new Map<string, number>();
  const tookMs = new Map<string, number>();
  let behindSince: string | null = null;
  let last: DemoState['last'] = null;
  let sweep: DemoState['sweep'] = { running: false, lastAt: null, everySeconds, found: 0, repaired: 0 };
  let current: DemoState | undefined;
  let wanted = new AbortController();
  let running: Promise<void> | undefined;
  const loops: Promise<void>[] = [];

  const want = (): void => wanted.abort();

  // Stripe's change and the row's are told apart and in any order: the time between them is known when both are.
  const measure = (key: string, type: string, id: string): void => {
    const changed = changedAt.get(key);
    const written = writtenAt.get(key);
    if (changed === undefined || written === undefined || written < changed) return;
    changedAt.delete(key);
    tookMs.set(key, written - changed);
    last = { type, id, ms: written - changed };
  };

  const mirrorChanged = ({ type, id }: MirrorChange): void => {
    const key = `${type} ${id}`;
    writtenAt.set(key, clock.now().getTime());
    measure(key, type, id);
    for (const map of [changedAt, writtenAt, tookMs]) trim(map);
    want();
  };

  const read = async (): Promise<DemoState> => {
    const types = Object.keys(shownTypes) as ShownType[];
    const rows = (await Promise.all(types.map((type) => rowsOf(engine, type)))).flat();
    const names = new Map(rows.map(({ id, label }) => [id, label]));
    for (const row of rows) {
      row.lastMs = tookMs.get(`${row.type} ${row.id}`) ?? null;
      row.label = fullLabel(row, names);
    }
    const behind = rows.filter(({ differs }) => differs.length > 0).length;
    if (behind === 0) behindSince = null;
    else behindSince ??= clock.now().toISOString();
    const { dirty, provenAt } = await engine.status();
    const inStep = behind === 0 && dirty === 0;
    const text = inStep
      ? `in step${provenAt === null ? ', not yet proven by a sweep' : `, proven ${timeOf(provenAt)}`}`
      : `behind by ${count(Math.max(behind, dirty))} since ${timeOf(behindSince === null ? clock.now() : new Date(behindSince))}`;
    return {
      mode: emulatorUrl === null ? 'stripe' : 'emulator',
      emulatorUrl,
      status: { inStep, text, since: behindSince, provenAt: provenAt?.toISOString() ?? null, dirty },
      sweep,
      fault: fault === null ? null : { loseEverySecondWebhook: await fault.get() },
      last,
      rows,
      profiles: await profilesOf(engine),
    };
  };

  const refresh = async (): Promise<void> => {
    try {
      current = await read();
      for (const listener of listeners) listener(current);
    } catch (error) {
      if (!stopping.signal.aborted) log.warn({ event: 'demo.not_read', reason: messageOf(error) });
    }
  };

  const follow = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      wanted = new AbortController();
      const { signal } = wanted;
      await refresh();
      // The real Stripe tells the page nothing: it is read now and then. The emulator says when to look.
      await clock.sleep(emulatorUrl === null ? 5_000 : 30_000, AbortSignal.any([signal, stopping.signal]));
      await clock.sleep(GATHER_MS, stopping.signal);
    }
  };

  const sweepNow = async (): Promise<void> => {
    if (sweep.running) return;
    sweep = { ...sweep, running: true };
    want();
    try {
      const { found } = await engine.sweep();
      await untilProven();
      sweep = { ...sweep, lastAt: clock.now().toISOString(), found, repaired: found };
    } finally {
      sweep = { ...sweep, running: false };
      want();
    }
  };

  const untilProven = async (): Promise<void> => {
    for (let looks = 0; looks < 200 && !stopping.signal.aborted; looks += 1) {
      if ((await engine.status()).dirty === 0) return;
      await clock.sleep(25, stopping.signal);
    }
  };

  const sweepOften = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await sweepNow().catch((error: unknown) => log.warn({ event: 'demo.sweep_failed', reason: messageOf(error) }));
      await clock.sleep(everySeconds * 1_000, stopping.signal);
    }
  };

  return {
    state: () => current as DemoState,
    onState(listener) {
      listeners.add(listener);
      if (current !== undefined) listener(current);
      return () => listeners.delete(listener);
    },
    stripeChanged({ at, object, id }) {
      const key = `${object} ${id}`;
      changedAt.set(key, at);
      measure(key, object, id);
      want();
    },
    sweep: sweepNow,
    async setFault(on) {
      await fault?.set(on);
      want();
    },
    start() {
      if (running !== undefined) return;
      const unsubscribe = engine.onChange(mirrorChanged);
      loops.push(follow());
      if (everySeconds > 0) loops.push(sweepOften());
      running = Promise.all(loops).then(unsubscribe, unsubscribe);
    },
    stopping: stopping.signal,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function rowsOf(engine: Engine, type: ShownType): Promise<DemoRow[]> {
  const { table, path } = shownTypes[type];
  const { account, livemode } = engine.source;
  // Some lists leave members out unless asked for them too: ended subscriptions, archived prices.
  const passes = catalogOf(type)?.listPasses ?? [{}];
  const pages = await Promise.all(passes.map((pass) => engine.gateway.list(path, { ...pass, limit: LIMIT })));
  const stripe = new Map(pages.flatMap((page) => page.data).map((object) => [object.id as string, object]));
  // Where a list is cut off, a row beyond its end is not missing at Stripe: it is only not shown.
  const whole = pages.every((page) => !page.hasMore);
  const rows = await engine.database.query<{ id: string; data: StripeObject; proven_at: Date | null }>(sql`
    select id, data, proven_at from ${name(engine.mirror.schema, table)}
    where account = ${account} and livemode = ${livemode} and not deleted
      and (${whole} or id in (select jsonb_array_elements_text(${JSON.stringify([...stripe.keys()])}::jsonb)))
    order by created desc nulls last, id limit ${LIMIT * (passes.length + 1)}`);
  const database = new Map(rows.map((row) => [row.id, row]));
  const ids = [...new Set([...stripe.keys(), ...database.keys()])];
  return ids.map((id) => {
    const ours = stripe.get(id);
    const theirs = database.get(id);
    const left = ours === undefined ? null : fieldsOf(type, ours);
    const right = theirs === undefined ? null : fieldsOf(type, theirs.data);
    const label = labelOf(type, (ours ?? theirs?.data) as StripeObject);
    return {
      type,
      id,
      label,
      stripe: left,
      database: right,
      differs: differing(left, right),
      provenAt: theirs?.proven_at?.toISOString() ?? null,
      lastMs: null,
    };
  });
}

async function profilesOf({ users }: Engine): Promise<DemoState['profiles']> {
  if (users === null) return [];
  const everybody = await users.all(LIMIT);
  return Promise.all(
    everybody.map(async ({ id, username, name: fullName }) => {
      const profile = await users.profile(id);
      return {
        username,
        name: fullName,
        stripe_customer_id: profile?.customerId ?? null,
        stripe_subscription_id: profile?.subscriptionId ?? null,
      };
    }),
  );
}

function trim(map: Map<string, number>): void {
  for (const key of map.keys()) {
    if (map.size <= KEPT_MAX) return;
    map.delete(key);
  }
}

function count(objects: number): string {
  return objects === 1 ? '1 object' : `${objects} objects`;
}

function timeOf(at: Date): string {
  return at.toTimeString().slice(0, 8);
}

import type { Engine, MirrorChange } from '../../engine/engine.js';
import type { Clock } from '../../kernel/clock.js';
import { messageOf } from '../../kernel/error.js';
import type { Log } from '../../kernel/log.js';
import { createLatency, type Latency } from './latency.js';
import { readProfiles, readRows } from './read.js';
import type { DemoRow, DemoState } from './state.js';

/** A change at Stripe, as the emulator's stream reports it. `at` is when it happened (epoch ms). */
export interface StripeChange {
  at: number;
  object: string;
  id: string;
}

export interface SideBySideOptions {
  engine: Engine;
  clock: Clock;
  log: Log;
  /** The emulator's URL. Null: Stripe's test mode. */
  emulatorUrl: string | null;
  /** The emulator's fault that drops every second webhook. Null: Stripe's test mode. */
  fault: { get(): Promise<boolean>; set(on: boolean): Promise<void> } | null;
  everySeconds: number;
}

/** The state of the demo page: each object as both sides have it. It is read again whenever an object changes. */
export interface SideBySide {
  /** Calls the listener with the current state, and with each later one. Returns a function that stops it. */
  onState(listener: (state: DemoState) => void): () => void;
  /** Call it when something changed at Stripe. */
  stripeChanged(change: StripeChange): void;
  sweep(): Promise<void>;
  setFault(on: boolean): Promise<void>;
  start(): void;
  /** Aborted when the page's streams have to end. */
  readonly stopping: AbortSignal;
  stop(): Promise<void>;
}

/** Changes that arrive this close together are read once. */
const GATHER_MS = 25;
const READ_EVERY_MS = { emulator: 30_000, stripe: 5_000 } as const;
const PROVEN_LOOK_MS = 25;
const PROVEN_LOOKS_MAX = 200;

/** What the page's server remembers between two reads. */
interface Board {
  readonly options: SideBySideOptions;
  readonly latency: Latency;
  readonly listeners: Set<(state: DemoState) => void>;
  readonly stopping: AbortController;
  /** Aborted when both sides should be read again now. */
  changed: AbortController;
  behindSince: Date | null;
  sweep: DemoState['sweep'];
  current: DemoState | undefined;
}

export function createSideBySide(options: SideBySideOptions): SideBySide {
  const board: Board = {
    options,
    latency: createLatency(),
    listeners: new Set(),
    stopping: new AbortController(),
    changed: new AbortController(),
    behindSince: null,
    sweep: { running: false, lastAt: null, everySeconds: options.everySeconds, found: 0, repaired: 0 },
    current: undefined,
  };
  let running: Promise<void> | undefined;
  return {
    onState(listener) {
      board.listeners.add(listener);
      if (board.current !== undefined) listener(board.current);
      return () => board.listeners.delete(listener);
    },
    stripeChanged({ at, object, id }) {
      board.latency.stripeChanged(object, id, at);
      board.changed.abort();
    },
    sweep: () => sweepNow(board),
    async setFault(on) {
      await options.fault?.set(on);
      board.changed.abort();
    },
    start: () => void (running ??= run(board)),
    stopping: board.stopping.signal,
    async stop() {
      board.stopping.abort();
      await running;
    },
  };
}

/** Reads both sides again and again, until the board is stopped. */
async function run(board: Board): Promise<void> {
  const { engine, clock, everySeconds } = board.options;
  const unsubscribe = engine.onChange(({ type, id }: MirrorChange) => {
    board.latency.rowWritten(type, id, clock.now().getTime());
    board.changed.abort();
  });
  try {
    await Promise.all([readAgain(board), ...(everySeconds > 0 ? [sweepOften(board)] : [])]);
  } finally {
    unsubscribe();
  }
}

async function readAgain(board: Board): Promise<void> {
  const { clock, emulatorUrl } = board.options;
  const stopping = board.stopping.signal;
  // The emulator reports each change. The real Stripe does not, so it is read more often.
  const everyMs = emulatorUrl === null ? READ_EVERY_MS.stripe : READ_EVERY_MS.emulator;
  while (!stopping.aborted) {
    board.changed = new AbortController();
    const { signal } = board.changed;
    await refresh(board);
    await clock.sleep(everyMs, AbortSignal.any([signal, stopping]));
    await clock.sleep(GATHER_MS, stopping);
  }
}

async function refresh(board: Board): Promise<void> {
  try {
    board.current = await readState(board);
    for (const listener of board.listeners) listener(board.current);
  } catch (error) {
    if (board.stopping.signal.aborted) return;
    board.options.log.warn({ event: 'demo.not_read', reason: messageOf(error) });
  }
}

async function readState(board: Board): Promise<DemoState> {
  const { engine, emulatorUrl, fault } = board.options;
  const rows = await readRows(engine, board.latency);
  const status = await readStatus(board, rows);
  return {
    mode: emulatorUrl === null ? 'stripe' : 'emulator',
    emulatorUrl,
    status,
    sweep: board.sweep,
    fault: fault === null ? null : { loseEverySecondWebhook: await fault.get() },
    last: board.latency.last(),
    rows,
    profiles: await readProfiles(engine),
  };
}

async function readStatus(board: Board, rows: readonly DemoRow[]): Promise<DemoState['status']> {
  const { engine, clock } = board.options;
  const behind = rows.filter(({ differs }) => differs.length > 0).length;
  if (behind === 0) board.behindSince = null;
  else board.behindSince ??= clock.now();
  const { dirty, provenAt } = await engine.status();
  const inStep = behind === 0 && dirty === 0;
  const since = board.behindSince;
  return {
    inStep,
    text: inStep ? inStepText(provenAt) : behindText(Math.max(behind, dirty), since ?? clock.now()),
    since: since?.toISOString() ?? null,
    provenAt: provenAt?.toISOString() ?? null,
    dirty,
  };
}

const inStepText = (provenAt: Date | null): string =>
  provenAt === null ? 'in step, not yet proven by a sweep' : `in step, proven ${timeOf(provenAt)}`;

const behindText = (objects: number, since: Date): string =>
  `behind by ${objects === 1 ? '1 object' : `${objects} objects`} since ${timeOf(since)}`;

const timeOf = (at: Date): string => at.toTimeString().slice(0, 8);

async function sweepOften(board: Board): Promise<void> {
  const { clock, log, everySeconds } = board.options;
  const stopping = board.stopping.signal;
  while (!stopping.aborted) {
    await sweepNow(board).catch((error: unknown) => log.warn({ event: 'demo.sweep_failed', reason: messageOf(error) }));
    await clock.sleep(everySeconds * 1_000, stopping);
  }
}

async function sweepNow(board: Board): Promise<void> {
  if (board.sweep.running) return;
  const { engine, clock } = board.options;
  board.sweep = { ...board.sweep, running: true };
  board.changed.abort();
  try {
    const { found } = await engine.sweep();
    await untilProven(board);
    board.sweep = { ...board.sweep, lastAt: clock.now().toISOString(), found, repaired: found };
  } finally {
    board.sweep = { ...board.sweep, running: false };
    board.changed.abort();
  }
}

async function untilProven({ options: { engine, clock }, stopping: { signal } }: Board): Promise<void> {
  for (let looks = 0; looks < PROVEN_LOOKS_MAX && !signal.aborted; looks += 1) {
    if ((await engine.status()).dirty === 0) return;
    await clock.sleep(PROVEN_LOOK_MS, signal);
  }
}

import type { Events } from '../inbox/events.js';
import type { Claim } from '../inbox/marks.js';
import type { Log } from '../kernel/log.js';
import type { Source } from '../kernel/source.js';
import type { Mirror } from '../mirror/mirror.js';
import type { Database } from '../store/database.js';
import type { Reading } from '../stripe/gateway.js';
import type { Gateways } from '../stripe/gateways.js';
import { createMissingGuard, type MissingGuard } from './missing-guard.js';
import type { MissingRuns } from './missing-runs.js';
import { sameStripe } from './second-opinion.js';

export interface TrustOptions {
  database: Database;
  mirror: Mirror;
  events: Events;
  missingRuns: MissingRuns;
  gateways: Gateways;
  log: Log;
  /** Believe 404s without a second opinion, however many. */
  acceptMissing: boolean;
  /** Ends what is asked of Stripe. */
  signal?: AbortSignal;
}

/**
 * Whether what Stripe says of a source is believed: many unexplained 404s, or a key that is no longer accepted, pause its
 * proving until Stripe looks itself again. Until then events are still stored and marked.
 */
export interface Trust {
  /** Whether the reading may be written. */
  believes(claim: Claim, reading: Reading): Promise<boolean>;
  /** Stripe does not accept the key: the source is paused, loudly, until it does again. */
  refused(claim: Claim): void;
  /** Whether the source may be read: where it is paused, Stripe is asked again at most once an interval. */
  open(claim: Claim, now: Date): Promise<boolean>;
  /** Whether proving of the source is paused. */
  isPaused(source: Source): boolean;
  /** Why proving is paused; null while it runs. */
  paused(): string | null;
}

export const PAUSE_MS = 30_000;

const KEY_REFUSED = 'Stripe does not accept the key of ';

/** Whether a pause with this reason is because of the key. */
export function isKeyRefusal(reason: string): boolean {
  return reason.startsWith(KEY_REFUSED);
}

interface State {
  guard: MissingGuard;
  pausedBy: string | null;
  /** The key is not accepted: nothing at all can be read. */
  locked: boolean;
  askAgainAt: number;
}

function firstState(source: Source, missingRuns: MissingRuns): State {
  return { guard: createMissingGuard(source, missingRuns), pausedBy: null, locked: false, askAgainAt: 0 };
}

export function createTrust(options: TrustOptions): Trust {
  const { database, mirror, events, missingRuns, gateways, log, acceptMissing, signal } = options;
  const states = new Map<string, State>();
  const stateOf = (source: Source): State => {
    const { account, livemode } = source;
    const text = `${account} ${livemode}`;
    let state = states.get(text);
    if (state === undefined) {
      state = firstState({ account, livemode }, missingRuns);
      states.set(text, state);
    }
    return state;
  };
  const pause = (state: State, { account, livemode }: Source, reason: string): void => {
    if (state.pausedBy !== null) return;
    state.pausedBy = reason;
    log.error({ event: 'sync.paused', reason, account, livemode });
  };
  const looksRight = (claim: Claim): Promise<boolean> =>
    sameStripe(claim, { database, mirror, gateway: gateways(claim) }, signal);

  return {
    async believes(claim, { found }) {
      const state = stateOf(claim);
      if (found !== null) return !(await state.guard.note('found', true));
      const explained = acceptMissing || (await events.deletionReported(claim));
      if (!(await state.guard.note('missing', explained))) return true;
      if (await looksRight(claim)) {
        await state.guard.clear();
        return true;
      }
      pause(state, claim, 'many objects are missing at Stripe, and no event says that they were deleted');
      return false;
    },
    refused(claim) {
      const state = stateOf(claim);
      state.locked = true;
      pause(state, claim, `${KEY_REFUSED}${claim.platform}: it was revoked or rolled`);
    },
    async open(claim, now) {
      const state = stateOf(claim);
      if (state.pausedBy === null) return true;
      if (!state.locked && (await events.deletionReported(claim))) return true; // what is missing is explained
      if (now.getTime() < state.askAgainAt) return false;
      state.askAgainAt = now.getTime() + PAUSE_MS;
      if (!(await looksRight(claim).catch(() => false))) return false;
      await state.guard.clear();
      state.pausedBy = null;
      state.locked = false;
      log.info({ event: 'sync.resumed', account: claim.account, livemode: claim.livemode });
      return true;
    },
    isPaused: (source) => stateOf(source).pausedBy !== null,
    paused: () => [...states.values()].find(({ pausedBy }) => pausedBy !== null)?.pausedBy ?? null,
  };
}

import type { Clock } from '../../kernel/clock.js';

/** Limits how often one may fail to sign in, in this process. */
export interface SignInLimit {
  /** How many seconds to wait before the next attempt with this token's id; 0: none. */
  waitS(id: string): number;
  failed(id: string): void;
  succeeded(id: string): void;
}

const WINDOW_MS = 60_000;
const FAILURES_MAX = 10;
/** So many ids are remembered. An attacker can make up as many as they like. */
const IDS_MAX = 1_000;

/**
 * Counts per id of a token, so that nobody who does not know an id can lock out its owner. Ids that no token has count
 * together: `known` is asked for that.
 */
export function createSignInLimit(clock: Clock): SignInLimit {
  const failures = new Map<string, number[]>();
  const recent = (id: string): number[] => {
    const since = clock.now().getTime() - WINDOW_MS;
    return (failures.get(id) ?? []).filter((at) => at > since);
  };
  return {
    waitS(id) {
      const [oldest, ...rest] = recent(id).slice(-FAILURES_MAX);
      if (oldest === undefined || rest.length + 1 < FAILURES_MAX) return 0;
      return Math.max(1, Math.ceil((oldest + WINDOW_MS - clock.now().getTime()) / 1_000));
    },
    failed(id) {
      if (!failures.has(id) && failures.size >= IDS_MAX) failures.delete([...failures.keys()][0] ?? '');
      failures.set(id, [...recent(id), clock.now().getTime()].slice(-FAILURES_MAX));
    },
    succeeded(id) {
      failures.delete(id);
    },
  };
}

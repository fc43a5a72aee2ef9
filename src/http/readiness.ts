import type { Engine } from '../engine/engine.js';
import { publicStatus, type PublicStatus, type Status } from '../engine/status.js';

/** What `/readyz` answers. `ready` is false only while no event can be stored. */
export interface Readiness {
  ready: boolean;
  body: object;
}

/** The health check, for the service's own token and for everybody else. */
export interface ReadinessCheck {
  /** Everything, looked at now. */
  whole(): Promise<Readiness>;
  /** Without counts and names. Looked at once a second at most, however many ask. */
  forAnybody(): Promise<Readiness>;
}

const SHARED_MS = 1_000;

export function createReadiness(engine: Pick<Engine, 'ready' | 'status'>): ReadinessCheck {
  let shared: { endedAt: number | null; answer: Promise<Readiness> } | undefined;

  const look = async (body: (status: Status) => object): Promise<Readiness> => {
    if (!(await engine.ready())) return away;
    return { ready: true, body: body(await engine.status()) };
  };
  return {
    whole: () => look((status) => ({ ...status, ...publicStatus(status) })),
    async forAnybody() {
      const isOld = shared?.endedAt != null && performance.now() - shared.endedAt >= SHARED_MS;
      if (shared === undefined || isOld) {
        const asked = { endedAt: null as number | null, answer: look((status): PublicStatus => publicStatus(status)) };
        shared = asked;
        const ended = (): void => void (asked.endedAt = performance.now());
        asked.answer.then(ended, ended);
      }
      return shared.answer;
    },
  };
}

const away: Readiness = {
  ready: false,
  body: {
    ok: false,
    error: {
      code: 'database_unreachable',
      message: 'events cannot be stored: the database does not answer or takes no writes',
      hint: 'deliveries are answered 503, and Stripe repeats them. Once the database is back, everything goes on by itself',
    },
  },
};

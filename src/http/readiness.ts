import type { Engine } from '../engine/engine.js';
import { publicStatus, type PublicStatus } from '../engine/status.js';
import { messageOf } from '../kernel/error.js';

/** What `/readyz` answers. `ready` is false only while no event can be stored. */
export interface Readiness {
  ready: boolean;
  body: object;
}

/** The health check, for the service's own token and for everybody else. */
export interface ReadinessCheck {
  /** The full answer, for the service's own token. Checked at each call. */
  whole(): Promise<Readiness>;
  /** The answer without counts, names, and reasons. Checked at most once a second, however many ask. */
  forAnybody(): Promise<Readiness>;
}

const SHARED_MS = 1_000;

export function createReadiness(engine: Pick<Engine, 'health' | 'status'>): ReadinessCheck {
  let shared: { endedAt: number | null; answer: Promise<Readiness> } | undefined;

  const statusAnswer = async (whole: boolean): Promise<Readiness> => {
    try {
      const status = await engine.status();
      return { ready: true, body: { ...(whole ? status : {}), ...publicStatus(status) } };
    } catch (error) {
      // The state of the mirror is unknown, but events can be stored, so deliveries may still come here.
      return { ready: true, body: { ...unknown, ...(whole ? { reason: messageOf(error) } : {}) } };
    }
  };

  return {
    async whole() {
      const { ok, reason } = await engine.health.probe();
      return ok ? statusAnswer(true) : { ready: false, body: { ...away, reason } };
    },
    async forAnybody() {
      // The probe caches its own answers, and knows how long they hold.
      if (!(await engine.health.probe()).ok) return { ready: false, body: away };
      const isOld = shared?.endedAt != null && performance.now() - shared.endedAt >= SHARED_MS;
      if (shared === undefined || isOld) {
        const asked = { endedAt: null as number | null, answer: statusAnswer(false) };
        void asked.answer.then(() => (asked.endedAt = performance.now()));
        shared = asked;
      }
      return shared.answer;
    },
  };
}

const unknown: Pick<PublicStatus, 'ok' | 'state' | 'since'> = { ok: false, state: 'degraded', since: null };

const away = {
  ok: false,
  error: {
    code: 'database_unreachable',
    message: 'Events cannot be stored: the database does not answer or is read-only',
    hint: 'Stripe retries the deliveries; the service recovers by itself once the database is back',
  },
};

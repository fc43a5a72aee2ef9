import type { Clock } from '../kernel/clock.js';
import { messageOf } from '../kernel/error.js';
import type { Queryable } from './database.js';
import { sql } from './sql.js';

/** Whether an event could be stored now. */
export interface Health {
  ok: boolean;
  /** The database's error. Null while it accepts writes. */
  reason: string | null;
  checkedAt: Date;
}

export interface HealthProbe {
  /** Never throws. Writes at most once a second: callers within a second share one answer. */
  probe(): Promise<Health>;
  /** Call it when a write failed elsewhere. A shared answer that said ok is then dropped. */
  doubt(): void;
}

const SHARED_MS = 1_000;

// A read is not enough: a server that has become read-only, or whose disk is full, still answers reads. The row is in a
// table that every running Lockstep writes to, so the probe needs no extra privilege.
const write = sql`
  insert into lockstep.cursors as c (account, livemode, feed, position) values ('', false, 'health', now())
  on conflict (account, livemode, feed) do update set position = excluded.position
    where c.position not between excluded.position - interval '1 second' and excluded.position`;

/** Checks whether the database accepts a write. */
export function createHealthProbe(database: Queryable, clock: Clock): HealthProbe {
  let last: { askedAt: number; answer: Health | null; health: Promise<Health> } | undefined;

  const ask = async (): Promise<Health> => {
    try {
      await database.query(write);
      return { ok: true, reason: null, checkedAt: clock.now() };
    } catch (error) {
      return { ok: false, reason: messageOf(error), checkedAt: clock.now() };
    }
  };

  return {
    probe() {
      const askedAt = clock.now().getTime();
      // A clock that was set back must not keep an old answer.
      if (last?.answer === null || (last && Math.abs(askedAt - last.askedAt) < SHARED_MS)) return last.health;
      const asked = { askedAt, answer: null as Health | null, health: ask() };
      void asked.health.then((answer) => (asked.answer = answer));
      last = asked;
      return asked.health;
    },
    doubt() {
      if (last?.answer?.ok === true) last = undefined;
    },
  };
}

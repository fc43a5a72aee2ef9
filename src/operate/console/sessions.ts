import { randomBytes } from 'node:crypto';
import type { Clock } from '../../kernel/clock.js';
import type { Queryable } from '../../store/database.js';
import { sql } from '../../store/sql.js';
import { digestOf, type ConsoleToken, type Role } from './tokens.js';

/** Somebody who is signed in. */
export interface Operator {
  /** The name of the token. */
  name: string;
  role: Role;
  /** The id of the token. */
  token: string;
  /** When they have to sign in again, at the latest. */
  expiresAt: Date;
}

export interface Sessions {
  /** Returns the value of the cookie. */
  begin(token: ConsoleToken): Promise<string>;
  /** undefined: the session has ended, or there never was one. */
  find(cookie: string): Promise<Operator | undefined>;
  end(cookie: string): Promise<void>;
  prune(): Promise<void>;
}

const HOUR_MS = 60 * 60_000;
/** A working day. After it, the token is asked for again. */
const LASTS_MS = 12 * HOUR_MS;
/** An open page asks every few seconds, so this is a page that is closed or hidden. */
const IDLE_MS = 2 * HOUR_MS;
/** A session's last sign of life is written this often, at most. */
const SEEN_EVERY_MS = 60_000;

export function createSessions(database: Queryable, clock: Clock): Sessions {
  return {
    async begin({ id, expiresAt }) {
      const cookie = randomBytes(32).toString('base64url');
      const now = clock.now();
      const latest = new Date(now.getTime() + LASTS_MS);
      const until = expiresAt !== null && expiresAt < latest ? expiresAt : latest;
      await database.query(sql`
        insert into lockstep.console_sessions (hash, token, created_at, seen_at, expires_at)
        values (${digestOf(cookie)}, ${id}, ${now}::timestamptz, ${now}::timestamptz, ${until}::timestamptz)`);
      return cookie;
    },
    async find(cookie) {
      const now = clock.now();
      const idleSince = new Date(now.getTime() - IDLE_MS);
      const [found] = await database.query<Operator & { seenAt: Date }>(sql`
        select t.name, t.role, t.id as token, s.expires_at as "expiresAt", s.seen_at as "seenAt"
        from lockstep.console_sessions s join lockstep.console_tokens t on t.id = s.token
        where s.hash = ${digestOf(cookie)} and s.expires_at > ${now}::timestamptz and s.seen_at > ${idleSince}::timestamptz`);
      if (found === undefined) return undefined;
      const { seenAt, ...operator } = found;
      if (now.getTime() - seenAt.getTime() > SEEN_EVERY_MS) {
        await database.query(sql`
          update lockstep.console_sessions set seen_at = ${now}::timestamptz where hash = ${digestOf(cookie)}`);
      }
      return operator;
    },
    async end(cookie) {
      await database.query(sql`delete from lockstep.console_sessions where hash = ${digestOf(cookie)}`);
    },
    async prune() {
      await database.query(sql`delete from lockstep.console_sessions where expires_at < ${clock.now()}::timestamptz`);
    },
  };
}

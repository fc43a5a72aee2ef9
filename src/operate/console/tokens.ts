/*
 * What the console needs besides the reports. Files in reading order:
 * - `tokens.ts`: who may sign in; `sessions.ts`: who is signed in; `sign-in-limit.ts`: limits failed sign-ins
 * - `audit.ts`: who did what; `jobs.ts`: long work that somebody started
 * - `object-view.ts`: Stripe's answer beside the row, made by `side-by-side.ts`
 * - `event-view.ts`, `event-search.ts`, `customer-view.ts`, `drift-list.ts`, `dead-groups.ts`, `hook-list.ts`: the other pages
 * - `samples.ts`: what the plots show
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../kernel/clock.js';
import { LockstepError } from '../../kernel/error.js';
import type { Queryable } from '../../store/database.js';
import { sql } from '../../store/sql.js';

/** `look` reads every page. `act` may also start, retry, repair, pause, and see personal data. */
export const roles = ['look', 'act'] as const;
export type Role = (typeof roles)[number];

/** A token without its secret. */
export interface ConsoleToken {
  id: string;
  name: string;
  role: Role;
  createdAt: Date;
  /** null: it does not expire. */
  expiresAt: Date | null;
  /** The latest sign-in; null: there was none. */
  usedAt: Date | null;
}

/** A token to store. The command makes the secret, so that the service never has it. */
export interface NewToken {
  id: string;
  name: string;
  role: Role;
  /** SHA-256 of the secret, as hexadecimal digits. */
  hash: string;
  expiresAt?: Date | undefined;
}

/** What `lockstep console` does with tokens. */
export interface ConsoleTokenAdmin {
  /** @throws option_invalid the name is taken */
  add(token: NewToken): Promise<ConsoleToken>;
  list(): Promise<ConsoleToken[]>;
  /** Its sessions end at once. @throws option_invalid no token has this name */
  revoke(name: string): Promise<ConsoleToken>;
}

export interface ConsoleTokens extends ConsoleTokenAdmin {
  /** The token that this text is; undefined: none, or it has expired. Notes the sign-in. */
  check(text: string): Promise<ConsoleToken | undefined>;
}

const SECRET_BYTES = 32;
const PREFIX = 'lsc';

/** A new token: the text for the person, and what is stored of it. */
export function drawToken(): { text: string; id: string; hash: string } {
  const id = randomBytes(5).toString('hex');
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return { text: `${PREFIX}_${id}_${secret}`, id, hash: digestOf(secret).toString('hex') };
}

/** The two parts of a token's text; undefined: the text is not a token. */
export function partsOfToken(text: string): { id: string; secret: string } | undefined {
  const match = /^lsc_([0-9a-f]{10})_([\w-]{43})$/.exec(text.trim());
  return match === null ? undefined : { id: match[1] ?? '', secret: match[2] ?? '' };
}

export function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

export function createConsoleTokens(database: Queryable, clock: Clock): ConsoleTokens {
  return {
    async add({ id, name, role, hash, expiresAt }) {
      const [added] = await database.query<ConsoleToken>(sql`
        insert into lockstep.console_tokens (id, name, role, hash, created_at, expires_at)
        values (${id}, ${name}, ${role}, decode(${hash}, 'hex'), ${clock.now()}::timestamptz, ${expiresAt ?? null}::timestamptz)
        on conflict (name) do nothing returning ${columns}`);
      if (added !== undefined) return added;
      throw new LockstepError('option_invalid', `There is a console token named ${JSON.stringify(name)}`, {
        hint: 'revoke it first, or give this one another name',
      });
    },
    list: () => database.query<ConsoleToken>(sql`select ${columns} from lockstep.console_tokens order by name`),
    async revoke(name) {
      const [revoked] = await database.query<ConsoleToken>(
        sql`delete from lockstep.console_tokens where name = ${name} returning ${columns}`,
      );
      if (revoked !== undefined) return revoked;
      throw new LockstepError('option_invalid', `No console token is named ${JSON.stringify(name)}`, {
        hint: 'lockstep console list shows them',
      });
    },
    async check(text) {
      const parts = partsOfToken(text);
      if (parts === undefined) return undefined;
      const now = clock.now();
      const [found] = await database.query<{ hash: Uint8Array; expiresAt: Date | null }>(sql`
        select hash, expires_at as "expiresAt" from lockstep.console_tokens where id = ${parts.id}`);
      if (found === undefined || !timingSafeEqual(found.hash, digestOf(parts.secret))) return undefined;
      if (found.expiresAt !== null && found.expiresAt <= now) return undefined;
      const [used] = await database.query<ConsoleToken>(sql`
        update lockstep.console_tokens set used_at = ${now}::timestamptz where id = ${parts.id} returning ${columns}`);
      return used;
    },
  };
}

const columns = sql`id, name, role, created_at as "createdAt", expires_at as "expiresAt", used_at as "usedAt"`;

/** Whether anybody may sign in. An old schema has no tokens. */
export async function hasConsoleTokens(database: Queryable, now: Date): Promise<boolean> {
  const [found] = await database.query<{ some: boolean }>(sql`
    select exists (
      select from lockstep.console_tokens where expires_at is null or expires_at > ${now}::timestamptz) as some`);
  return found?.some === true;
}

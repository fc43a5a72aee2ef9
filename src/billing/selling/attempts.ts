import { createHash } from 'node:crypto';
import type { Chance } from '../../kernel/chance.js';
import type { Clock } from '../../kernel/clock.js';
import { LockstepError } from '../../kernel/error.js';
import type { Source } from '../../kernel/source.js';
import type { Database } from '../../store/database.js';
import { sql } from '../../store/sql.js';

/** What an attempt does. */
export type AttemptKind = keyof typeof refusals;

/** Allows one purchase request of a user at a time, so that two clicks never create two subscriptions. */
export interface Attempts {
  /**
   * Begins an attempt, or joins the running one for the same request. Requests to Stripe use the returned key, so a
   * repeated request returns the same subscription, even after a crash.
   * @throws request_in_progress the user has another running request; the message says what it does
   */
  open(userId: string, kind: AttemptKind, fingerprint: string): Promise<string>;
  close(userId: string, key: string): Promise<void>;
}

export interface AttemptsDeps {
  database: Database;
  source: Source;
  clock: Clock;
  chance: Chance;
}

// Longer than all tries of one request take. A process that has not finished by then has crashed.
const LEASE_MS = 120_000;

const refusals = {
  create: 'A subscription is being created for this user',
  change: 'A subscription of this user is being changed',
  checkout: 'A checkout is being opened for this user',
} as const;

export function createAttempts(deps: AttemptsDeps): Attempts {
  return {
    open: (userId, kind, fingerprint) => open(deps, userId, `${kind} ${fingerprint}`),
    close: (userId, key) => close(deps, userId, key),
  };
}

async function open(deps: AttemptsDeps, userId: string, fingerprint: string): Promise<string> {
  const { database, source, clock, chance } = deps;
  const now = clock.now();
  const abandoned = new Date(now.getTime() - LEASE_MS);
  const [mine] = await database.query<{ key: string }>(sql`
    insert into lockstep.attempts as a (account, livemode, user_id, idempotency_key, fingerprint, asked_at)
    values (${source.account}, ${source.livemode}, ${userId}, ${chance.uuid()}, ${fingerprint}, ${now}::timestamptz)
    on conflict (account, livemode, user_id) do update
    set idempotency_key = case when a.fingerprint = excluded.fingerprint and a.asked_at >= ${abandoned}::timestamptz
          then a.idempotency_key else excluded.idempotency_key end,
        fingerprint = excluded.fingerprint,
        asked_at = excluded.asked_at
    where a.fingerprint = excluded.fingerprint or a.asked_at < ${abandoned}::timestamptz
    returning idempotency_key as key`);
  if (mine !== undefined) return mine.key;
  throw new LockstepError('request_in_progress', await nameOther(deps, userId), {
    hint: 'wait for that request to finish, then try again',
  });
}

async function nameOther({ database, source }: AttemptsDeps, userId: string): Promise<string> {
  const [other] = await database.query<{ kind: string }>(sql`
    select split_part(fingerprint, ' ', 1) as kind from lockstep.attempts
    where account = ${source.account} and livemode = ${source.livemode} and user_id = ${userId}`);
  const known: Readonly<Record<string, string>> = refusals;
  return known[other?.kind ?? ''] ?? 'Another request for this user is in progress';
}

async function close({ database, source }: AttemptsDeps, userId: string, key: string): Promise<void> {
  await database.query(sql`
    delete from lockstep.attempts
    where account = ${source.account} and livemode = ${source.livemode} and user_id = ${userId} and idempotency_key = ${key}`);
}

/** A text that is the same for equal requests, whatever the order of their fields. */
export function fingerprintOf(request: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(request, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

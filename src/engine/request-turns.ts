import type { Source } from '../kernel/source.js';
import type { Database } from '../store/database.js';
import { json } from '../store/json.js';
import { sql } from '../store/sql.js';
import type { Move, Turns } from '../stripe/turns.js';

/** Turns in the database, for a key whose account is not known yet. Until `open` everything may be sent at once. */
export interface RequestTurns extends Turns {
  open(source: Source): void;
}

/** What is reserved further ahead comes of a database server whose clock was set back, or was another one. */
const AHEAD_MAX_S = 600;

export function createRequestTurns(database: Database): RequestTurns {
  let source: Source | undefined;
  return {
    open: (opened) => void (source = opened),
    async move(moves) {
      if (source === undefined) return moves.map(() => 0);
      const rows = await database.within('accept').query<{ endpoint: string; ms: number }>(move(source, moves));
      const usedUpIn = new Map(rows.map(({ endpoint, ms }) => [endpoint, ms]));
      return moves.map(({ endpoint }) => usedUpIn.get(endpoint) ?? 0);
    },
  };
}

/**
 * Rows are locked in the order of their endpoints, so two processes never wait for each other. The commit does not wait
 * for the disk: what a crash of the server loses lets at most a second's worth be sent once more.
 */
const move = ({ account, livemode }: Source, moves: readonly Move[]) => sql`
  with moves as (
    select m.endpoint, m."leastMs" * interval '1 ms' as least_, m."addMs" * interval '1 ms' as add_
    from jsonb_to_recordset(${json(moves)}::jsonb) as m(endpoint text, "leastMs" float8, "addMs" float8)
    where set_config('synchronous_commit', 'off', true) = 'off')
  insert into lockstep.request_turns as turn (account, livemode, endpoint, free_at)
  select ${account}, ${livemode}, endpoint, clock_timestamp() + least_ + add_ from moves
  order by endpoint collate "C"
  on conflict (account, livemode, endpoint) do update set free_at = (
    select least(greatest(turn.free_at, clock_timestamp() + least_), clock_timestamp() + ${AHEAD_MAX_S} * interval '1 s')
      + add_
    from moves where moves.endpoint = turn.endpoint)
  returning endpoint, extract(epoch from free_at - clock_timestamp())::float8 * 1000 as ms`;

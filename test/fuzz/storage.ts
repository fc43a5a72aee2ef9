import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import type pg from 'pg';
import { json } from '../../src/store/json.js';
import { eventBodies } from './events.js';
import { readEvent, type Arrival } from './ours.js';
import type { Runs } from './signatures.js';

export interface StorageCounts {
  runs: number;
  stored: number;
}

/**
 * Whatever was read can be stored: the inbox's row and the mark, on a real, migrated PostgreSQL, and the body comes back
 * as it went in. Nothing stays in the database.
 * @throws with the seed and the smallest body found
 */
export async function fuzzStorage(database: pg.Client, { runs, seed }: Runs): Promise<StorageCounts> {
  const counts = { runs: 0, stored: 0 };
  const property = fc.asyncProperty(eventBodies(), async (body) => {
    counts.runs += 1;
    const arrival = readEvent(body);
    if (arrival === undefined) return;
    await database.query('begin');
    try {
      const kept = await store(database, arrival);
      // As JavaScript reads JSON, on both sides: -0 is 0.
      const [sent, back] = [JSON.parse(arrival.body), kept].map(
        (value) => JSON.parse(JSON.stringify(value)) as unknown,
      );
      if (!isDeepStrictEqual(back, sent)) throw new Error('the body came back as another');
      counts.stored += 1;
    } catch (error) {
      throw new Error(`${String(error)}: ${body.toString('utf8').slice(0, 2_000)}`, { cause: error });
    } finally {
      await database.query('rollback');
    }
  });
  await fc.assert(property, { seed, numRuns: runs });
  return counts;
}

async function store(
  database: pg.Client,
  { hints, snapshot: _snapshot, platform: _platform, body, ...columns }: Arrival,
): Promise<unknown> {
  const row = `[${json(columns).slice(0, -1)},"body":${body}}]`;
  const { rows } = await database.query<{ body: unknown }>(insertEvent, [row]);
  for (const hint of hints) await database.query(insertMark, [json(hint)]);
  return rows[0]?.body;
}

const insertEvent = `
  insert into lockstep.inbox (created, account, livemode, id, type, api_version, object_type, object_id, feed, quarantine, body)
  select created, account, livemode, id, type, "apiVersion", "objectType", "objectId", feed, quarantine, body
  from jsonb_to_recordset($1::jsonb)
    as r(created timestamptz, account text, livemode boolean, id text, type text, "apiVersion" text, "objectType" text,
         "objectId" text, feed text, quarantine text, body jsonb)
  returning body`;

const insertMark = `
  insert into lockstep.dirty (account, livemode, type, id, parents, hinted_at, due_at, gen, first_gen)
  select account, livemode, type, id, parents, now(), now(), nextval('lockstep.tick'), nextval('lockstep.tick')
  from jsonb_to_record($1::jsonb) as r(account text, livemode boolean, type text, id text, parents jsonb)`;

import { isDeepStrictEqual } from 'node:util';
import { catalogOf } from '../catalog/catalog.js';
import type { Hint } from '../inbox/arrival.js';
import { mark } from '../inbox/mark.js';
import type { Mirror, Mirrored } from '../mirror/mirror.js';
import { isComplete, rowsOf } from '../mirror/row.js';
import { removeSecrets } from '../mirror/secrets.js';
import { keyText, type ObjectKey, type Source } from '../mirror/source.js';
import { name, sql } from '../store/sql.js';
import { json } from '../store/json.js';
import type { Database, Queryable } from '../store/database.js';
import type { Page, StripeObject } from '../stripe/gateway.js';

/** What a listing does with one listed object. It never overwrites and never deletes: that is for proofs. */
export type Listed = 'nothing' | 'insert proven' | 'insert shown' | 'mark';

/** What stands for a listed object when its page is applied. */
export interface Compared {
  row: Pick<Mirrored, 'data' | 'deleted'> | undefined;
  marked: boolean;
}

/** By what stands in the mirror, not by when it was listed. */
export function decide(listed: StripeObject, { row, marked }: Compared, complete: boolean): Listed {
  if (row === undefined) {
    if (!complete) return 'mark'; // sub-lists cut off at ten: only a read can complete them
    return marked ? 'insert shown' : 'insert proven';
  }
  if (marked || row.deleted || !complete) return 'mark';
  return isDeepStrictEqual(row.data, listed) ? 'nothing' : 'mark';
}

export interface ApplyOptions {
  database: Database;
  mirror: Mirror;
  source: Source;
  now: Date;
  onInserted: (tx: Queryable, key: ObjectKey, object: StripeObject) => Promise<void>;
}

/** How many objects of the page differed from the mirror while nothing had hinted at them. */
export async function applyPage(type: string, page: Page, options: ApplyOptions): Promise<{ found: number }> {
  const listed = new Map<string, { key: ObjectKey; object: StripeObject }>();
  for (const object of page.data) {
    if (typeof object.id !== 'string') continue;
    removeSecrets(object);
    const key = { ...options.source, type, id: object.id };
    listed.set(keyText(key), { key, object });
  }
  // Most are equal and unmarked. Seen in one statement that is final; the others are looked at again under their marks.
  const standing = await compare(
    options.database,
    options.mirror,
    [...listed.values()].map(({ key }) => key),
  );
  for (const [text, { object }] of listed) {
    const compared = standing.get(text) ?? { row: undefined, marked: false };
    if (decide(object, compared, isComplete(type, object)) === 'nothing') listed.delete(text);
  }
  if (listed.size === 0) return { found: 0 };
  return options.database.transaction((tx) => applyRest(tx, [...listed.values()], page.readAt, options));
}

async function applyRest(
  tx: Queryable,
  listed: readonly { key: ObjectKey; object: StripeObject }[],
  readAt: Date,
  { mirror, now, onInserted }: ApplyOptions,
): Promise<{ found: number }> {
  const marks = await mark(
    tx,
    listed.map(({ key }) => hintOf(key)),
    now,
  );
  const unmarked = new Set(marks.filter(({ isNew }) => isNew).map(keyText));
  const standing = await mirror.read(
    tx,
    listed.map(({ key }) => key),
  );
  const decided = listed.map((one) => {
    const marked = !unmarked.has(keyText(one.key));
    const row = standing.get(keyText(one.key));
    return { ...one, marked, decision: decide(one.object, { row, marked }, isComplete(one.key.type, one.object)) };
  });
  for (const { key, object, decision } of decided) {
    if (decision !== 'insert proven' && decision !== 'insert shown') continue;
    const provenAt = decision === 'insert proven' ? now : null;
    await mirror.write(tx, rowsOf(key, object, { provenAt, asOf: readAt }));
    if (provenAt !== null) await onInserted(tx, key, object);
  }
  const settled = decided.filter(({ decision }) => decision === 'nothing' || decision === 'insert proven');
  await dropMarks(
    tx,
    settled.map(({ key }) => key),
  );
  return { found: decided.filter(({ marked, decision }) => !marked && decision !== 'nothing').length };
}

/**
 * Objects that were not listed are hinted at: those that stand in the mirror, last known before `began`, and those whose
 * mark stands without a row, since a read under way may be older than this listing. The number of unmarked ones.
 */
export async function markUnlisted(
  type: string,
  ids: ReadonlySet<string>,
  began: Date,
  { database, mirror, source, now }: ApplyOptions,
): Promise<{ found: number }> {
  const table = catalogOf(type)?.table;
  if (table == null) return { found: 0 };
  let found = 0;
  await markAgain(type, ids, { database, source, now });
  let after = '';
  for (;;) {
    const rows = await database.query<{ id: string; marked: boolean }>(sql`
      select m.id, d.id is not null as marked from ${name(mirror.schema, table)} m
      left join lockstep.dirty d on d.account = m.account and d.livemode = m.livemode and d.type = ${type} and d.id = m.id
      where m.account = ${source.account} and m.livemode = ${source.livemode} and m.id > ${after}
        and not m.deleted and m.as_of <= ${began}::timestamptz
      order by m.id limit 1000`);
    const gone = rows.filter(({ id }) => !ids.has(id));
    if (gone.length > 0) {
      await database.transaction((tx) =>
        mark(
          tx,
          gone.map(({ id }) => hintOf({ ...source, type, id })),
          now,
        ),
      );
      found += gone.filter(({ marked }) => !marked).length;
    }
    const last = rows.at(-1);
    if (last === undefined) return { found };
    after = last.id;
  }
}

async function markAgain(
  type: string,
  ids: ReadonlySet<string>,
  { database, source, now }: Pick<ApplyOptions, 'database' | 'source' | 'now'>,
): Promise<void> {
  const marked = await database.query<{ id: string }>(sql`
    select id from lockstep.dirty where account = ${source.account} and livemode = ${source.livemode} and type = ${type}`);
  const unlisted = marked.filter(({ id }) => !ids.has(id)).map(({ id }) => hintOf({ ...source, type, id }));
  await database.transaction((tx) => mark(tx, unlisted, now));
}

async function compare(
  database: Queryable,
  mirror: Mirror,
  keys: readonly ObjectKey[],
): Promise<Map<string, Compared>> {
  const [first] = keys;
  const table = first && catalogOf(first.type)?.table;
  if (first === undefined || table == null) return new Map();
  const rows = await database.query<ObjectKey & { data: StripeObject; deleted: boolean; marked: boolean }>(sql`
    select m.account, m.livemode, r.type, m.id, m.data, m.deleted, d.id is not null as marked
    from jsonb_to_recordset(${json(keys)}::jsonb) as r(account text, livemode boolean, type text, id text)
    join ${name(mirror.schema, table)} m on m.account = r.account and m.livemode = r.livemode and m.id = r.id
    left join lockstep.dirty d on d.account = r.account and d.livemode = r.livemode and d.type = r.type and d.id = r.id`);
  return new Map(rows.map(({ data, deleted, marked, ...key }) => [keyText(key), { row: { data, deleted }, marked }]));
}

async function dropMarks(tx: Queryable, keys: readonly ObjectKey[]): Promise<void> {
  if (keys.length === 0) return;
  await tx.query(sql`
    delete from lockstep.dirty d
    using jsonb_to_recordset(${json(keys)}::jsonb) as r(account text, livemode boolean, type text, id text)
    where d.account = r.account and d.livemode = r.livemode and d.type = r.type and d.id = r.id`);
}

function hintOf(key: ObjectKey): Hint {
  return { ...key, parents: {} };
}

import type { Source } from '../../kernel/source.js';
import { json } from '../../store/json.js';
import { sql, type Sql } from '../../store/sql.js';

/** What is erased: one customer, and the ids of all that belongs to it. */
export interface ErasedIds extends Source {
  customer: string;
  /** Of the customer too. */
  ids: readonly string[];
}

/** What `lockstep erase` does with a table of schema `lockstep`. */
export type ErasedPlace =
  /** Rows with this condition are deleted. */
  | { delete: (erased: ErasedIds) => Sql }
  /** It is erased by the code that is named. */
  | { by: string }
  /** It holds nothing of a customer, and this is why. */
  | { nothing: string };

/** Every table of schema `lockstep`. A test compares this list with the database. */
export const places: Readonly<Record<string, ErasedPlace>> = {
  inbox: {
    by: 'inbox-bodies.ts: the body goes, and the row stays, so that the same event is known when it comes again',
  },
  dirty: { by: 'mirror.leaveOut: marks go with the rows of the mirror' },
  erased: { by: 'remove.ts: it keeps the id and the type of each object, and when it was erased' },
  hook_deliveries: {
    delete: (erased) => sql`
      ${isOfSource(erased)} and (t.id in ${idsOf(erased)} or position(${`"${erased.customer}"`} in t.payload::text) > 0)`,
  },
  drift: { delete: (erased) => sql`${isOfSource(erased)} and t.id in ${idsOf(erased)}` },
  changes: { delete: (erased) => sql`${isOfSource(erased)} and t.id in ${idsOf(erased)}` },
  refusals: { delete: (erased) => sql`t.object_id in ${idsOf(erased)}` },
  audit: { delete: (erased) => sql`t.target in ${idsOf(erased)}` },
  attempts: { delete: (erased) => sql`${isOfSource(erased)} and t.user_id in ${usersOf(erased)}` },
  links: { delete: (erased) => sql`${isOfSource(erased)} and t.customer_id = ${erased.customer}` },
  past_links: { delete: (erased) => sql`${isOfSource(erased)} and t.customer_id = ${erased.customer}` },
  jobs: { delete: ({ customer }) => sql`position(${customer} in concat(t.asked, t.progress, t.outcome)) > 0` },
  mutes: { delete: ({ customer }) => sql`position(${customer} in t.reason) > 0` },
  change_feed: { nothing: 'places in the change feed' },
  sources: { nothing: 'the accounts that are mirrored' },
  cursors: { nothing: 'how far the events were read' },
  sweeps: { nothing: 'counts' },
  backfills: { nothing: 'counts, and at most one id as a place in a list' },
  hooks: { nothing: 'the names of hooks' },
  signs: { nothing: 'times, ids of events, and reasons of failures' },
  processes: { nothing: 'what each process does' },
  holds: { nothing: 'which operator paused what' },
  leases: { nothing: 'which process does what' },
  request_turns: { nothing: 'times' },
  missing_runs: { nothing: 'counts' },
  alarms: { nothing: 'texts without ids of objects and without addresses' },
  alarm_notices: { nothing: 'the same texts' },
  console_tokens: { nothing: 'the names of operators' },
  console_sessions: { nothing: 'which operator is signed in' },
  samples: { nothing: 'counts' },
  migrations: { nothing: 'names of migrations' },
  mirror: { nothing: 'versions of the catalog' },
};

/** The tables whose rows are deleted, in this order: the attempts are found by the links. */
export const deletedFrom = Object.entries(places).flatMap(([table, place]) =>
  'delete' in place ? [{ table, condition: place.delete }] : [],
);

export const isOfSource = ({ account, livemode }: Source): Sql =>
  sql`t.account = ${account} and t.livemode = ${livemode}`;

export const idsOf = ({ ids }: Pick<ErasedIds, 'ids'>): Sql =>
  sql`(select jsonb_array_elements_text(${json(ids)}::jsonb))`;

const usersOf = ({ account, livemode, customer }: ErasedIds): Sql => sql`(
  select l.user_id from lockstep.links l
  where l.account = ${account} and l.livemode = ${livemode} and l.customer_id = ${customer}
  union select l.user_id from lockstep.past_links l
  where l.account = ${account} and l.livemode = ${livemode} and l.customer_id = ${customer})`;

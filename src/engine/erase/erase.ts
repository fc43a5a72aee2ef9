/**
 * Erases a customer. In reading order:
 *
 * - `erase` asks Stripe, finds, leaves stubs, and removes.
 * - `find-objects` finds what belongs to the customer; `inbox-bodies` what the stored events say, and removes their bodies.
 * - `remove` leaves the stubs and removes everything else; `places` is the list of the tables.
 */
import { CUSTOMER } from '../../catalog/belonging.js';
import { catalogOf } from '../../catalog/catalog.js';
import { LockstepError } from '../../kernel/error.js';
import type { Log } from '../../kernel/log.js';
import type { Source } from '../../kernel/source.js';
import type { Reached } from '../../inbox/sources.js';
import { name, sql } from '../../store/sql.js';
import type { Gateways } from '../../stripe/gateways.js';
import { freely } from './freely.js';
import { findObjects, type BelongingObject } from './find-objects.js';
import { countBodies } from './inbox-bodies.js';
import { deletedFrom, type ErasedIds } from './places.js';
import { leaveStubs, removeAll, type Removed, type RemoveDeps } from './remove.js';

/** Which customer is erased. */
export interface EraseAsk {
  /** `cus_…` */
  customer: string;
  /** The account that it is of. Default: the one that this database knows the customer of. */
  account?: string | undefined;
  /** Erase it although it is not deleted at Stripe, and keep out what Stripe has of it from now on. */
  keepOut: boolean;
  /** Who asks, for the log. */
  by: string;
  /** Only report what would be removed. */
  preview: boolean;
}

/** What was erased, or would be. */
export interface Erased extends Source {
  customer: string;
  /** Whether this was a preview. */
  preview: boolean;
  /** Whether Stripe was not asked, because the customer is kept out in any case. */
  keptOut: boolean;
  /** Objects of which nothing but a stub is kept, by mirror table. */
  objects: Record<string, number>;
  removed: Removed;
}

export interface EraseDeps extends Omit<RemoveDeps, 'profiles'> {
  gateways: Gateways;
  reached: () => Promise<readonly Reached[]>;
  /** The profile rows of this account; null: it has none. */
  profilesOf: (source: Source) => RemoveDeps['profiles'];
  log: Log;
}

export type Erase = (ask: EraseAsk) => Promise<Erased>;

/**
 * Removes what this database has of a customer, and leaves a stub of each object. If it is interrupted, run it again.
 * @throws option_invalid, customer_not_deleted
 */
export function createErase(deps: EraseDeps): Erase {
  return async (ask) => {
    const source = await sourceOf(deps, ask);
    if (!ask.keepOut) await mustBeDeleted(deps, source, ask.customer);
    const { account, livemode } = source;
    const whose = { account, livemode, customer: ask.customer };
    const parts = { ...deps, profiles: deps.profilesOf(source) };
    const objects = await findObjects({
      database: freely(deps.database.within('upkeep')),
      mirror: deps.mirror,
      source: { account, livemode },
      customer: ask.customer,
      onFound: (found) => (ask.preview ? Promise.resolve() : leaveStubs(parts, whose, found)),
    });
    const removed = ask.preview
      ? await countAll(parts, { ...whose, ids: objects.map(({ id }) => id) })
      : await removeAll(parts, whose, objects);
    const counts = countByTable(objects);
    if (!ask.preview) {
      // Without the customer's id: it is on the stub, with the time.
      const facts = { account, livemode, by: ask.by, keptOut: ask.keepOut, objects: objects.length, ...removed };
      deps.log.info({ event: 'customer.erased', ...facts });
    }
    return { ...whose, preview: ask.preview, keptOut: ask.keepOut, objects: counts, removed };
  };
}

/** @throws option_invalid no account, or several, know the customer */
async function sourceOf({ database, mirror, reached }: EraseDeps, { customer, account }: EraseAsk): Promise<Reached> {
  if (!/^cus_\w+$/.test(customer))
    throw new LockstepError('option_invalid', `${JSON.stringify(customer)} is not a customer's id`, {
      hint: 'give an id that looks like cus_…',
    });
  const sources = (await reached()).filter((source) => account === undefined || source.account === account);
  const known: Reached[] = [];
  for (const source of sources) {
    const is = sql`t.account = ${source.account} and t.livemode = ${source.livemode}`;
    const [row] = await database.query<{ known: boolean }>(sql`
      select exists (select from ${name(mirror.schema, 'customers')} t where ${is} and t.id = ${customer})
        or exists (select from lockstep.erased t where ${is} and t.customer_id = ${customer})
        or exists (select from lockstep.links t where ${is} and t.customer_id = ${customer})
        or exists (select from lockstep.past_links t where ${is} and t.customer_id = ${customer})
        or exists (select from lockstep.inbox t where ${is} and t.object_type = ${CUSTOMER} and t.object_id = ${customer})
        as known`);
    if (row?.known === true) known.push(source);
  }
  const [found, ...others] = known;
  if (found !== undefined && others.length === 0) return found;
  const names = known.map((source) => source.account).join(', ');
  throw found === undefined
    ? new LockstepError('option_invalid', `This database has nothing of the customer ${customer}`, {
        hint: 'check the id; a customer of another account or mode is in another database, or needs --account',
      })
    : new LockstepError('option_invalid', `Several accounts have a customer ${customer}: ${names}`, {
        hint: 'choose one with --account',
      });
}

/** @throws customer_not_deleted */
async function mustBeDeleted({ gateways }: EraseDeps, source: Reached, customer: string): Promise<void> {
  const reading = await gateways(source).read(CUSTOMER, customer, {});
  if (reading.found === null && reading.isDeleted === true) return;
  const hint = 'delete the customer at Stripe first, or use --keep-out to erase it here alone';
  throw new LockstepError(
    'customer_not_deleted',
    reading.found === null
      ? `Stripe does not know the customer ${customer}, so it does not say that it was deleted`
      : `The customer ${customer} is not deleted at Stripe`,
    { hint },
  );
}

async function countAll({ database, profiles }: RemoveDeps, erased: ErasedIds): Promise<Removed> {
  const reading = freely(database.within('upkeep'));
  const rows: Record<string, number> = {};
  for (const { table, condition } of deletedFrom) {
    const [row] = await reading.query<{ count: number }>(
      sql`select count(*) as count from ${name('lockstep', table)} t where ${condition(erased)}`,
    );
    rows[table] = row?.count ?? 0;
  }
  const named = (await profiles?.naming(reading, erased.customer)) ?? 0;
  return { bodies: await countBodies(reading, erased), profiles: named, rows };
}

function countByTable(objects: readonly BelongingObject[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of objects) {
    const table = catalogOf(type)?.table ?? type;
    counts[table] = (counts[table] ?? 0) + 1;
  }
  return counts;
}

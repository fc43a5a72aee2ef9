import { createHash } from 'node:crypto';
import { LockstepError } from '../../../src/kernel/error.js';
import { randomText } from './id.js';
import type { RowType, Rows } from './rows.js';
import { RowTable } from './table.js';

/** Who this emulator is: kept with its objects, so that a restart is the same account. */
export interface AccountIdentity {
  account: string;
  secretKey: string;
  publishableKey: string;
}

/** The indexed fields of each type. */
export type Indexes = { readonly [T in RowType]: readonly string[] };
export type Tables = { [T in RowType]: RowTable<Rows[T]> };

/** Everything the emulator remembers. */
export interface Store {
  readonly tables: Tables;
  readonly indexes: Indexes;
  identity: AccountIdentity;
  /** The stores of connected accounts, by account; a connected account has none of its own. */
  readonly connected: Map<string, Store>;
  /** In a connected account's store: that of the account it is connected to. */
  readonly platform?: Store;
  /** Whether a row was written after `since`, in epoch seconds: search does not find it yet. */
  isFresh(id: string, since: number): boolean;
  /** The row before its last write, if that was after `since`. Undefined also if there was no row before. */
  before(id: string, since: number): unknown;
  /** Receives every written row. @param before the row when the unit began; absent if this unit passed it already */
  wrote(id: string, now: number, before?: { row: unknown }): void;
  /** Forgets which rows are fresh. */
  settle(): void;
  /** The address of this emulator, for links to its pages. Known once it listens. */
  origin: string;
}

/** A store without rows. @param indexes by type: the fields by which rows are found without a scan */
export function emptyStore(indexes: Indexes, identity: AccountIdentity): Store {
  return { ...emptyTables(indexes, identity), origin: 'http://127.0.0.1' };
}

/** The store of a connected account. */
function connectedStore(platform: Store, account: string): Store {
  return {
    ...emptyTables(platform.indexes, newIdentity(account)),
    platform,
    // Asked for each time: the platform may not have been listening yet.
    get origin() {
      return platform.origin;
    },
  };
}

function emptyTables(indexes: Indexes, identity: AccountIdentity): Omit<Store, 'origin'> {
  const tables = Object.fromEntries(Object.entries(indexes).map(([type, fields]) => [type, new RowTable(fields)]));
  return {
    tables: tables as unknown as Tables,
    indexes,
    identity,
    connected: new Map(),
    ...freshness(),
  };
}

/** Every type that has a table. */
export const typesOf = ({ tables }: Pick<Store, 'tables'>): RowType[] => Object.keys(tables) as RowType[];

/** The default account. It is fixed, because an app's database is bound to it and outlives an emulator in memory. */
const USUAL_ACCOUNT = 'acct_1LockstepLocal00';

/**
 * The identity of an emulator. Its keys follow from the account, so that a configuration stays valid at the next start.
 * @param wanted the account's id, or `random`
 * @throws LockstepError `option_invalid`
 */
export function newIdentity(wanted = USUAL_ACCOUNT): AccountIdentity {
  const account = wanted === 'random' ? `acct_1${randomText(15)}` : wanted;
  if (!/^acct_\w{1,250}$/.test(account)) {
    throw new LockstepError('option_invalid', `"${account}" is not an account ID`, {
      hint: 'use acct_ followed by letters or digits, or random; without it, the ID is always the same',
      facts: { account },
    });
  }
  const drawn = createHash('sha256').update(`keys of ${account}`).digest('hex').slice(0, 24);
  const stem = `${account.slice('acct_'.length, 50)}${drawn}`;
  return { account, secretKey: `sk_test_${stem}`, publishableKey: `pk_test_${stem}` };
}

/** The store of an account: the own one, or that of a connected account that is there. */
export function storeOf(own: Store, account: string): Store | undefined {
  if (account === own.identity.account) return own;
  if (own.tables.account.get(account) === undefined) return undefined;
  const known = own.connected.get(account);
  if (known !== undefined) return known;
  const made = connectedStore(own, account);
  own.connected.set(account, made);
  return made;
}

/** The own store and those of all connected accounts. */
export const allStores = (own: Store): Store[] => [own, ...own.connected.values()];

/** Forgets all rows but those of the types to keep, and every connected account. */
export function clearStore(store: Store, keep: readonly RowType[] = []): void {
  for (const type of typesOf(store)) if (!keep.includes(type)) store.tables[type].clear();
  store.connected.clear();
  store.settle();
}

const FRESH_MAX = 10_000;

interface Written {
  at: number;
  /** The row before. */
  row: unknown;
}

/** Remembers the newest writes, as many as could matter: two generations, of which the older one is dropped whole. */
function freshness(): Pick<Store, 'before' | 'isFresh' | 'settle' | 'wrote'> {
  let young = new Map<string, Written>();
  let old = young;
  const written = (id: string): Written | undefined => young.get(id) ?? old.get(id);
  const isFresh = (id: string, since: number): boolean => (written(id)?.at ?? -Infinity) > since;
  return {
    isFresh,
    before: (id, since) => (isFresh(id, since) ? written(id)?.row : undefined),
    settle: () => {
      young = new Map();
      old = young;
    },
    wrote: (id, at, before) => {
      young.set(id, { at, row: before === undefined ? written(id)?.row : before.row });
      if (young.size < FRESH_MAX / 2) return;
      old = young;
      young = new Map();
    },
  };
}

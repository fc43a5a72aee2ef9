import { createHash } from 'node:crypto';
import { LockstepError } from '../../../src/kernel/error.js';
import { randomText } from './id.js';
import type { RowType, Rows } from './rows.js';
import { ROW_TYPES } from './rows.js';
import { RowTable } from './table.js';

/** Fields by which rows are found without a scan. */
const INDEXES = {
  account: [],
  api_key: [],
  balance_transaction: ['source'],
  'billing.meter': [],
  'billing.meter_event': ['hidden.customer'],
  'billing_portal.configuration': [],
  'billing_portal.session': [],
  charge: ['customer', 'payment_intent'],
  'checkout.session': ['customer', 'payment_intent', 'subscription'],
  coupon: [],
  credit_note: ['invoice', 'customer', 'pdf'],
  credit_note_line_item: ['hidden.creditNote'],
  customer: ['email', 'test_clock'],
  customer_balance_transaction: ['customer'],
  discount: ['customer', 'checkout_session'],
  dispute: ['charge', 'payment_intent'],
  'entitlements.active_entitlement': ['hidden.customer'],
  'entitlements.feature': ['lookup_key'],
  event: [],
  file: [],
  file_link: ['file', 'url'],
  invoice: ['customer', 'hidden.subscription', 'hosted_invoice_url'],
  invoice_payment: ['invoice', 'payment.payment_intent'],
  invoiceitem: ['customer', 'invoice'],
  item: ['hidden.owner'],
  line_item: ['invoice'],
  payment_intent: ['customer'],
  payment_link: [],
  payment_method: ['customer'],
  price: ['product', 'lookup_key'],
  product: [],
  product_feature: ['hidden.product'],
  promotion_code: ['code'],
  quote: ['customer'],
  'radar.early_fraud_warning': ['charge', 'payment_intent'],
  refund: ['charge', 'payment_intent'],
  setup_intent: ['customer'],
  shipping_rate: [],
  subscription: ['customer'],
  subscription_item: ['subscription', 'price'],
  subscription_schedule: ['customer', 'subscription'],
  tax_id: ['customer'],
  tax_rate: [],
  'test_helpers.test_clock': [],
  'v2.core.event_destination': [],
  webhook_endpoint: [],
} as const satisfies Record<RowType, readonly string[]>;

/** Who this emulator is: kept with its objects, so that a restart is the same account. */
export interface AccountIdentity {
  account: string;
  secretKey: string;
  publishableKey: string;
}

export type Tables = { [T in RowType]: RowTable<Rows[T]> };

/** Everything the emulator remembers. */
export interface Store {
  readonly tables: Tables;
  identity: AccountIdentity;
  /** The stores of connected accounts, by account; a connected account has none of its own. */
  readonly connected: Map<string, Store>;
  /** In a connected account's store: that of the account it is connected to. */
  readonly platform?: Store;
  /** Whether a row was written after `since`, in epoch seconds: search does not find it yet. */
  isFresh(id: string, since: number): boolean;
  /** The row as it was before it was last written, if that was after `since`; undefined too for one that was not there. */
  before(id: string, since: number): unknown;
  /** Receives every written row. @param before what was there when the unit began; absent when the unit told it already */
  wrote(id: string, now: number, before?: { row: unknown }): void;
  /** Forgets which rows are fresh. */
  settle(): void;
  /** Where this emulator is reached, for the addresses of its pages; known once it listens. */
  origin: string;
}

export function emptyStore(account?: string, platform?: Store): Store {
  const tables = Object.fromEntries(ROW_TYPES.map((type) => [type, new RowTable(INDEXES[type])])) as unknown as Tables;
  const store = { tables, identity: newIdentity(account), connected: new Map<string, Store>(), ...freshness() };
  if (platform === undefined) return { ...store, origin: 'http://127.0.0.1' };
  return {
    ...store,
    platform,
    // Asked for each time: the platform may not have been listening yet.
    get origin() {
      return platform.origin;
    },
  };
}

/** Of every emulator that is not told otherwise: an app's database is bound to it, and outlives an emulator in memory. */
const USUAL_ACCOUNT = 'acct_1LockstepLocal00';

/**
 * Who an emulator is. Its keys follow from the account, so that a configuration stays right at the next start.
 * @param wanted the account's id, or `random`
 * @throws LockstepError `option_invalid`
 */
function newIdentity(wanted = USUAL_ACCOUNT): AccountIdentity {
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
  const made = emptyStore(account, own);
  own.connected.set(account, made);
  return made;
}

/** The own store and those of all connected accounts. */
export const allStores = (own: Store): Store[] => [own, ...own.connected.values()];

/** Forgets all rows but those of the types to keep, and every connected account. */
export function clearStore(store: Store, keep: readonly RowType[] = []): void {
  for (const type of ROW_TYPES) if (!keep.includes(type)) store.tables[type].clear();
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

import { randomText } from './id.js';
import type { RowType, Rows } from './rows.js';
import { ROW_TYPES } from './rows.js';
import { Table } from './table.js';

/** Fields by which rows are found without a scan. */
const INDEXES = {
  account: [],
  balance_transaction: ['source'],
  'billing.meter': [],
  'billing.meter_event': ['hidden.customer'],
  'billing_portal.configuration': [],
  'billing_portal.session': [],
  charge: ['customer', 'payment_intent'],
  'checkout.session': ['customer', 'payment_intent', 'subscription'],
  coupon: [],
  credit_note: ['invoice', 'customer'],
  credit_note_line_item: ['hidden.creditNote'],
  customer: ['email', 'test_clock'],
  customer_balance_transaction: ['customer'],
  discount: ['customer'],
  dispute: ['charge', 'payment_intent'],
  'entitlements.active_entitlement': ['hidden.customer'],
  'entitlements.feature': ['lookup_key'],
  event: [],
  invoice: ['customer', 'hidden.subscription'],
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
  refund: ['charge', 'payment_intent'],
  setup_intent: ['customer'],
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
export interface Identity {
  account: string;
  secretKey: string;
  publishableKey: string;
}

export type Tables = { [T in RowType]: Table<Rows[T]> };

/** Everything the emulator remembers. */
export interface Store {
  readonly tables: Tables;
  identity: Identity;
  /** The stores of connected accounts, by account; a connected account has none of its own. */
  readonly connected: Map<string, Store>;
  /** In a connected account's store: that of the account it is connected to. */
  readonly platform?: Store;
  /** Whether a row was written after `since`, in epoch seconds: search does not find it yet. */
  isFresh(id: string, since: number): boolean;
  /** Told of every written row. */
  wrote(id: string, now: number): void;
  /** Where this emulator is reached, for the addresses of its pages; known once it listens. */
  origin: string;
}

export function emptyStore(account?: string, platform?: Store): Store {
  const tables = Object.fromEntries(ROW_TYPES.map((type) => [type, new Table(INDEXES[type])])) as unknown as Tables;
  return {
    tables,
    identity: newIdentity(account),
    connected: new Map(),
    origin: platform?.origin ?? 'http://127.0.0.1',
    ...(platform === undefined ? {} : { platform }),
    ...freshness(),
  };
}

function newIdentity(account = `acct_1${randomText(15)}`): Identity {
  const stem = `${account.replace(/\W|^acct_/g, '')}${randomText(24)}`;
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

const FRESH_MAX = 10_000;

/** Remembers the newest writes, as many as could matter. */
function freshness(): Pick<Store, 'isFresh' | 'wrote'> {
  const written = new Map<string, number>();
  return {
    isFresh: (id, since) => (written.get(id) ?? -Infinity) > since,
    wrote: (id, now) => {
      written.delete(id);
      written.set(id, now);
      const [oldest] = written.keys();
      if (written.size > FRESH_MAX && oldest !== undefined) written.delete(oldest);
    },
  };
}

import { randomText } from './id.js';
import type { RowType, Rows } from './rows.js';
import { ROW_TYPES } from './rows.js';
import { Table } from './table.js';

/** Fields by which rows are found without a scan. */
const INDEXES = {
  charge: ['customer', 'payment_intent'],
  coupon: [],
  customer: ['email'],
  event: [],
  invoice: ['customer', 'hidden.subscription'],
  invoice_payment: ['invoice', 'payment.payment_intent'],
  invoiceitem: ['customer', 'invoice'],
  line_item: ['invoice'],
  payment_intent: ['customer'],
  payment_method: ['customer'],
  price: ['product', 'lookup_key'],
  product: [],
  refund: ['charge', 'payment_intent'],
  setup_intent: ['customer'],
  subscription: ['customer'],
  subscription_item: ['subscription', 'price'],
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
}

export function emptyStore(account?: string): Store {
  const tables = Object.fromEntries(ROW_TYPES.map((type) => [type, new Table(INDEXES[type])])) as unknown as Tables;
  return { tables, identity: newIdentity(account) };
}

function newIdentity(account = `acct_1${randomText(15)}`): Identity {
  const stem = `${account.replace(/\W|^acct_/g, '')}${randomText(24)}`;
  return { account, secretKey: `sk_test_${stem}`, publishableKey: `pk_test_${stem}` };
}

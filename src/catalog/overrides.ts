import type { ColumnKind, RowKey, SubList } from './object.js';
import type { ObjectName } from './generated/names.js';

/** Facts about a type that the SDK does not have, or has in a misleading form. */
export interface Override {
  /** The table's name, if the plural of Stripe's name would mislead. */
  table?: string;
  /** Why the type has no table. */
  noTable?: string;
  key?: RowKey;
  listPasses?: readonly Readonly<Record<string, string>>[];
  /** Listings of the SDK that return something else. */
  notLists?: readonly string[];
  /** Sub-lists whose members the object owns: Stripe reports them only with the object. */
  owns?: readonly string[];
  subLists?: Readonly<Record<string, Pick<SubList, 'path' | 'query'>>>;
  assembled?: boolean;
  listsApart?: boolean;
  listParents?: Readonly<Record<string, ObjectName>>;
  listExpand?: readonly string[];
  listedFirst?: number;
  comparedOnRequest?: boolean;
  emptyWithout?: string;
  deletionIsChange?: boolean;
  movedByPayment?: boolean;
  changedWith?: Readonly<Partial<Record<ObjectName, string>>>;
  /** Values that Stripe leaves out unless asked to expand them. Never a list that is not owned, and never a secret. */
  expand?: readonly string[];
  /** Values that a read expands to find consequences in them: lists that are not owned, and named objects. */
  lookInto?: readonly string[];
  volatile?: readonly string[];
  columns?: Readonly<Record<string, ColumnKind>>;
  secrets?: readonly string[];
}

/**
 * Fields that are secret in every object. Those of `next_action` are a URL and a map of data that contain the client
 * secret.
 */
export const secretAnywhere: readonly string[] = [
  'client_secret',
  'redirect_to_url',
  'signing_secret',
  'use_stripe_sdk',
];

const REQUEST_ONLY = 'an answer to one request; Stripe keeps nothing to read again';
const SECRET = 'a secret: never stored';
const INBOX = 'events are kept in the inbox';

export const overrides = {
  // Traps in listings
  subscription: {
    listPasses: [{ status: 'all' }],
    listedFirst: 4,
    owns: ['items'],
    deletionIsChange: true, // it stays readable with the status `canceled`
    movedByPayment: true,
    changedWith: {
      customer: 'customer',
      invoice: 'latest_invoice',
      setup_intent: 'pending_setup_intent',
      subscription_schedule: 'schedule',
    },
  },
  price: {
    listPasses: [{ active: 'true' }, { active: 'false' }],
    listedFirst: 3,
    expand: ['currency_options', 'tiers'],
  },
  tax_id: { listsApart: true },
  'financial_connections.transaction': { listParents: { account: 'financial_connections.account' } },
  payment_attempt_record: { listParents: { payment_record: 'payment_record' } },
  'radar.value_list_item': { listParents: { value_list: 'radar.value_list' } },
  setup_attempt: { listParents: { setup_intent: 'setup_intent' } },
  'treasury.credit_reversal': { listParents: { financial_account: 'treasury.financial_account' } },
  'treasury.debit_reversal': { listParents: { financial_account: 'treasury.financial_account' } },
  'treasury.inbound_transfer': { listParents: { financial_account: 'treasury.financial_account' } },
  'treasury.outbound_payment': { listParents: { financial_account: 'treasury.financial_account' } },
  'treasury.outbound_transfer': { listParents: { financial_account: 'treasury.financial_account' } },
  'treasury.received_credit': { listParents: { financial_account: 'treasury.financial_account' } },
  'treasury.received_debit': { listParents: { financial_account: 'treasury.financial_account' } },
  'treasury.transaction': { listParents: { financial_account: 'treasury.financial_account' } },
  'treasury.transaction_entry': { listParents: { financial_account: 'treasury.financial_account' } },
  credit_note_line_item: { notLists: ['/v1/credit_notes/preview/lines'] },

  // Children that come and go with their parent
  // Stripe signs the URLs of its pages again in each response, like a charge's receipt. `webhooks_delivered_at` changes
  // when a webhook is delivered, and no event reports that.
  invoice: {
    listedFirst: 5,
    movedByPayment: true,
    owns: ['lines'],
    volatile: ['hosted_invoice_url', 'invoice_pdf', 'webhooks_delivered_at'],
    lookInto: ['payments', 'discounts'],
  },
  invoiceitem: { lookInto: ['discounts'] },
  customer: { listedFirst: 1, expand: ['invoice_credit_balance', 'tax'], lookInto: ['sources'] },
  product: { listedFirst: 2 },
  payment_intent: { listedFirst: 7, movedByPayment: true },
  setup_intent: { movedByPayment: true },
  charge: { listedFirst: 8, volatile: ['receipt_url'] },
  credit_note: { owns: ['lines'] },
  'checkout.session': { owns: ['line_items'], listExpand: ['line_items'], movedByPayment: true, secrets: ['url'] },
  payment_link: { owns: ['line_items'], listExpand: ['line_items'] },
  quote: { owns: ['line_items'], listExpand: ['line_items'], lookInto: ['discounts'] },
  'tax.calculation': { owns: ['line_items'] },
  'tax.transaction': { owns: ['line_items'] },
  transfer: { owns: ['reversals'] }, // a reversal can be read by itself, but no event is about one
  item: { table: 'checkout_line_items' },
  line_item: { table: 'invoice_line_items' },

  // Values given only when asked for
  coupon: { listedFirst: 6, expand: ['applies_to', 'currency_options'] },
  'issuing.token': { listParents: { card: 'issuing.card' }, expand: ['network_data'] },
  plan: { expand: ['tiers'] },
  promotion_code: { expand: ['restrictions.currency_options'] },
  shipping_rate: { expand: ['fixed_amount.currency_options'] },
  'treasury.financial_account': { expand: ['features'] },

  // Types without an id that are worth a row
  balance: { key: 'singleton', comparedOnRequest: true },
  balance_settings: { key: 'singleton' },
  'tax.settings': { key: 'singleton' },
  cash_balance: { key: 'customer', emptyWithout: 'available' },
  'entitlements.active_entitlement_summary': {
    key: 'customer',
    assembled: true,
    emptyWithout: 'entitlements',
    owns: ['entitlements'],
    subLists: { entitlements: { path: '/v1/entitlements/active_entitlements', query: { customer: '{id}' } } },
  },

  // The only number of the API in milliseconds
  'terminal.reader': { columns: { last_seen_at: 'bigint' }, volatile: ['last_seen_at'] },

  // Fields with which anyone can act for the customer
  'billing_portal.session': { secrets: ['url'] },
  'identity.verification_session': { secrets: ['url'] },
  'financial_connections.session': { secrets: ['bank_account_token'] },
  source: { secrets: ['redirect'] },
  webhook_endpoint: { secrets: ['secret'] },
  'three_d_secure.authentication': { secrets: ['challenge_url', 'fingerprinting_url'] },

  // No table: secrets
  ephemeral_key: { noTable: SECRET, secrets: ['secret'] },
  'apps.secret': { noTable: SECRET, secrets: ['payload'] },
  token: { noTable: SECRET, secrets: ['id'] },
  confirmation_token: { noTable: SECRET, secrets: ['id'] },
  account_link: { noTable: SECRET, secrets: ['url'] },
  account_session: { noTable: SECRET },
  customer_session: { noTable: SECRET },
  login_link: { noTable: SECRET, secrets: ['url'] },
  'terminal.connection_token': { noTable: SECRET, secrets: ['secret'] },
  'terminal.onboarding_link': { noTable: SECRET, secrets: ['redirect_url'] },
  'v2.billing.meter_event_session': { noTable: SECRET, secrets: ['authentication_token'] },
  'v2.core.account_link': { noTable: SECRET, secrets: ['url'] },
  'v2.core.account_person_token': { noTable: SECRET },
  'v2.core.account_token': { noTable: SECRET },

  // No table: kept elsewhere, or nothing to keep
  event: { noTable: INBOX },
  'v2.core.event': { noTable: INBOX },
  'billing.alert_triggered': { noTable: INBOX },
  'billing.credit_balance_summary': { noTable: REQUEST_ONLY },
  'billing.meter_event': { noTable: REQUEST_ONLY },
  'billing.meter_event_adjustment': { noTable: REQUEST_ONLY },
  'billing.meter_event_summary': { noTable: REQUEST_ONLY },
  funding_instructions: { noTable: REQUEST_ONLY },
  'v2.billing.meter_event': { noTable: REQUEST_ONLY },
  'v2.billing.meter_event_adjustment': { noTable: REQUEST_ONLY },
  'v2.money_management.financial_address_credit_simulation': { noTable: REQUEST_ONLY },
  'v2.money_management.payout_methods_bank_account_spec': { noTable: REQUEST_ONLY },
  'treasury.financial_account_features': { noTable: 'read with its financial account' },
} as const satisfies Partial<Record<ObjectName, Override>>;

import type { Consequence } from './consequences.js';
import type { GeneratedList } from './generated-object.js';
import type { EventType, ObjectName } from './generated/names.js';

/** Everything Lockstep knows about one of Stripe's object types. */
export interface CatalogObject {
  /** As Stripe's `object` field names it: 'customer', 'checkout.session'. */
  object: ObjectName;
  /** The mirror table; null when the type gets none (`noTable` says why). */
  table: string | null;
  noTable: string | null;
  key: RowKey;
  /** Every such object says in which mode it is: `livemode`. */
  hasLivemode: boolean;
  /**
   * The path that reads one, `{id}` being the row's id: '/v1/customers/{id}'; '/v1/balance' for a singleton;
   * '/v1/customers/{id}/cash_balance' for what is keyed by its customer. null: Stripe has no such request.
   */
  retrieve: string | null;
  /** Further paths that read one; the other placeholder is a field of the object: '/v1/customers/{customer}/tax_ids/{id}'. */
  nestedRetrieve: readonly string[];
  /**
   * Stripe has no request for it, but every part of it can be listed: it is read as its key and its owned sub-lists
   * ('entitlements.active_entitlement_summary').
   */
  assembled: boolean;
  /** Listings of API v1, top-level ones first; v2 pages in another way and is not listed. */
  lists: readonly ListPath[];
  /** The sets of query parameters that, listed one after the other, show every object; `[{}]` in the plain case. */
  listPasses: readonly Readonly<Record<string, string>>[];
  /** The plain listing leaves out what the listings below parents show (tax ids of customers). */
  listsApart: boolean;
  /** The object type that a required parameter of a listing names, such as `card` → 'issuing.card'. */
  listParents: Readonly<Record<string, ObjectName>>;
  /** Sub-lists that a listing leaves out unless asked to expand them. */
  listExpand: readonly string[];
  /** The place among the types that are listed first, since an app that sells subscriptions asks for them; null: later. */
  listedFirst: number | null;
  /** Compared only where the type is named: it moves often, and Stripe reports few of its moves. */
  comparedOnRequest: boolean;
  /**
   * The field, a list or a map of amounts, that is empty while there is nothing to keep a row of: no event reports such an
   * object then, and no row says the same.
   */
  emptyWithout: string | null;
  /** Stripe's event `….deleted` reports a change like others: the object stays readable. */
  deletionIsChange: boolean;
  /** A payment of a customer changes such objects: the page after a payment waits for them. */
  movedByPayment: boolean;
  /** What a change that we make ourselves changes besides: type → the field that names the object. */
  changedWith: Readonly<Partial<Record<ObjectName, string>>>;
  /** What else may have changed when this object changed, although no event is about it. */
  consequences: readonly Consequence[];
  /** Values that Stripe leaves out unless asked to expand them, with dots into objects. Reads and listings ask. */
  expand: readonly string[];
  /** What a read asks Stripe to show whole, so that the consequences are found in it. It is not stored. */
  lookInto: readonly string[];
  /** Fields that change without a change: no comparison looks at them. */
  volatile: readonly string[];
  search: string | null;
  /** Has a Deleted… answer. Whether a later GET says `deleted: true` or 404 differs by type; both are deletions. */
  deletable: boolean;
  events: readonly EventType[];
  columns: readonly Column[];
  subLists: readonly SubList[];
  /** Fields never stored, besides those that are secret in every object (`secretsOf` gives both). */
  secrets: readonly string[];
}

/**
 * What a row's `id` is: the object's own; the id of its customer; the type's name, when an account has just one; or
 * nothing, when no row is kept.
 */
export type RowKey = 'id' | 'customer' | 'singleton' | 'none';

/** A listing; `parent` is whose path it is nested under: '/v1/customers/{customer}/tax_ids' under 'customer'. */
export type ListPath = GeneratedList;

export type ColumnKind = 'text' | 'boolean' | 'time' | 'bigint' | 'numeric' | 'reference' | 'json';

export interface Column {
  /** In SQL; Stripe's own name unless that is one of ours. */
  name: string;
  /** In Stripe's JSON. */
  field: string;
  kind: ColumnKind;
  /** Of a reference: the object types its id may be of. */
  references?: readonly string[];
}

/** A list inside an object, of which Stripe sends the first ten. */
export interface SubList {
  /** 'items' */
  field: string;
  /** The types its members may be of; where more than one, each member's `object` tells (customer.sources). */
  objects: readonly ObjectName[];
  /** Where the whole list is read, placeholders being fields of the parent: '/v1/invoices/{id}/lines'; null: nowhere. */
  path: string | null;
  /** Its query, with such placeholders: `{ subscription: '{id}' }`. */
  query: Readonly<Record<string, string>>;
  /** The members have no life of their own: stored keyed by the parent, replaced as a set with it. */
  owned: boolean;
}

import type { Consequence } from './consequences.js';
import type { GeneratedList } from './generated-object.js';
import type { EventType, ObjectName } from './generated/names.js';

/** Everything Lockstep knows about one of Stripe's object types. */
export interface CatalogObject {
  /** The type, as in Stripe's field `object`: 'customer', 'checkout.session'. */
  object: ObjectName;
  /** The mirror table. Null if the type has none; `noTable` says why. */
  table: string | null;
  noTable: string | null;
  key: RowKey;
  /** Whether objects of the type have the field `livemode`. */
  hasLivemode: boolean;
  /**
   * The path that reads one object: '/v1/customers/{id}', where `{id}` is the row's id; '/v1/balance' for a singleton;
   * '/v1/customers/{id}/cash_balance' for an object whose key is its customer. Null if Stripe has no such request.
   */
  retrieve: string | null;
  /** Other paths that read one object. The other placeholder is a field: '/v1/customers/{customer}/tax_ids/{id}'. */
  nestedRetrieve: readonly string[];
  /**
   * Stripe has no request for the object, but all its parts can be listed. So it is read as its key and its owned
   * sub-lists ('entitlements.active_entitlement_summary').
   */
  assembled: boolean;
  /** The listings of API v1, top-level ones first. API v2 pages in another way and is not listed. */
  lists: readonly ListPath[];
  /** The sets of query parameters that together list every object. Usually `[{}]`. */
  listPasses: readonly Readonly<Record<string, string>>[];
  /** Whether the plain listing leaves out objects that listings below parents show (tax ids of customers). */
  listsApart: boolean;
  /** The object type that a required parameter of a listing names, such as `card` → 'issuing.card'. */
  listParents: Readonly<Record<string, ObjectName>>;
  /** Sub-lists that a listing leaves out unless it is asked to expand them. */
  listExpand: readonly string[];
  /** The place among the types that are listed first, because apps that sell subscriptions need them. Null: later. */
  listedFirst: number | null;
  /** Whether it is compared only if the type is named: it changes often, and Stripe reports few of its changes. */
  comparedOnRequest: boolean;
  /**
   * The field, a list or a map of amounts, without which the object means nothing. While it is empty, no event reports
   * the object, and having no row is equal to having an empty one.
   */
  emptyWithout: string | null;
  /** Whether Stripe's event `….deleted` reports an ordinary change, after which the object can still be read. */
  deletionIsChange: boolean;
  /** Whether a customer's payment changes objects of the type. `settled()` waits for them. */
  movedByPayment: boolean;
  /** What Lockstep's own write to an object also changes: type → the field that has the other object's id. */
  changedWith: Readonly<Partial<Record<ObjectName, string>>>;
  /** What else may have changed when this object changed, although no event is about it. */
  consequences: readonly Consequence[];
  /** Values that reads and listings ask Stripe to expand, because it leaves them out. Dots lead into objects. */
  expand: readonly string[];
  /** Values that a read asks Stripe to expand, to find consequences in them. They are not stored. */
  lookInto: readonly string[];
  /** Fields whose value may differ although nothing changed. No comparison looks at them. */
  volatile: readonly string[];
  search: string | null;
  /** Whether it can be deleted. A later GET answers `deleted: true` or 404, depending on the type. */
  deletable: boolean;
  events: readonly EventType[];
  columns: readonly Column[];
  subLists: readonly SubList[];
  /** Fields that are never stored, in addition to those that are secret in every object (`secretsOf` returns both). */
  secrets: readonly string[];
}

/**
 * What a row's `id` is: the object's own id, the id of its customer, or the type's name if an account has only one
 * object of the type. `none`: no row is kept.
 */
export type RowKey = 'id' | 'customer' | 'singleton' | 'none';

/** A listing. `parent` is the type that its path is below: 'customer' for '/v1/customers/{customer}/tax_ids'. */
export type ListPath = GeneratedList;

export type ColumnKind = 'text' | 'boolean' | 'time' | 'bigint' | 'numeric' | 'reference' | 'json';

export interface Column {
  /** The column's name. It is Stripe's own name, unless Lockstep has a column of that name. */
  name: string;
  /** The field in Stripe's JSON. */
  field: string;
  kind: ColumnKind;
  /** For a reference, the object types that its id may belong to. */
  references?: readonly string[];
}

/** A list inside an object. Stripe sends only its first ten members. */
export interface SubList {
  /** 'items' */
  field: string;
  /** The types of its members. If there are several, each member's `object` says which (customer.sources). */
  objects: readonly ObjectName[];
  /**
   * The path that reads the whole list: '/v1/invoices/{id}/lines'. Placeholders are fields of the parent. Null: none.
   */
  path: string | null;
  /** The query for that path, with the same placeholders: `{ subscription: '{id}' }`. */
  query: Readonly<Record<string, string>>;
  /** Whether the parent owns the members: their rows have its key, and are replaced together with it. */
  owned: boolean;
}

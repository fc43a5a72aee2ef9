import { idsAt, ownedObjects, type ObjectName } from './catalog.js';
import { objects } from './objects.js';

/** A type whose objects may belong to a customer, and the fields that say so. */
export interface BelongingType {
  type: ObjectName;
  table: string;
  /** Fields that name the customer. If one of them has a value, it alone decides. */
  customers: readonly NamingField[];
  /** Fields that name an object that may itself belong to a customer, such as the charge of a refund. */
  others: readonly NamingField[];
}

/** Where an id is. */
export interface NamingField {
  /** In Stripe's JSON. Dots lead into objects. */
  path: string;
  /** The column of the mirror's table; null: it has none, because the field is inside another one. */
  column: string | null;
  /** The types that the id may be of. */
  types: readonly string[];
}

/** Fields inside others that have a customer's id. Source: the SDK's types, where a reference is found at the top only. */
const inside: Readonly<Partial<Record<ObjectName, string>>> = {
  'billing.alert': 'usage_threshold.filters.customer',
  'financial_connections.account': 'account_holder.customer',
  'financial_connections.authorization': 'account_holder.customer',
  'financial_connections.session': 'account_holder.customer',
  'identity.verification_session': 'related_customer',
  payment_attempt_record: 'customer_details.customer',
  payment_record: 'customer_details.customer',
  'radar.payment_evaluation': 'customer_details.customer',
};

/** The type to which all others belong. */
export const CUSTOMER: ObjectName = 'customer';

const names = findTypes();
const fields = new Map(objects.map(({ object }) => [object as string, fieldsOf(object)]));

/**
 * The types whose objects may belong to a customer: those that name a customer, those that name an object of such a type,
 * and so on, by the references of the catalog. What only an owner's list has, such as an item of a subscription, goes with
 * its owner.
 */
export const belongingTypes: readonly BelongingType[] = objects.flatMap(({ object, table }) =>
  table === null || !names.has(object) || ownedObjects.has(object)
    ? []
    : [{ type: object, table, ...fieldsOf(object) }],
);

/** Whether objects of this type may belong to a customer. */
export function mayBelong(type: string): boolean {
  return names.has(type) && !ownedObjects.has(type);
}

/**
 * Types whose objects outlive the customer's deletion at Stripe without its id, such as a payment method. From then on,
 * only what was paid with it says whose it was.
 */
export const survivingTypes: ReadonlySet<string> = new Set(
  objects
    .filter(({ object }) => object === 'customer')
    .flatMap(({ consequences }) => consequences)
    .flatMap((row) => (row.by === 'naming' && row.column === 'customer' ? [row.type] : [])),
);

/**
 * The ids that decide whether an object is left out: its own, and whose it is. An object that names a customer belongs to
 * that customer alone; one that names none belongs to what it names.
 */
export function decidingIds(
  type: string | null,
  id: string | null,
  data: Readonly<Record<string, unknown>> | null,
): string[] {
  const own = id === null ? [] : [id];
  const { customers, others } = fields.get(type ?? '') ?? { customers: [], others: [] };
  const idsOf = (all: readonly NamingField[]): string[] => all.flatMap(({ path }) => idsAt(data, path));
  const named = idsOf(customers);
  return [...new Set([...own, ...(named.length > 0 ? named : idsOf(others))])];
}

function findTypes(): ReadonlySet<string> {
  const found = new Set<string>(['customer', ...Object.keys(inside)]);
  for (let size = 0; size < found.size;) {
    size = found.size;
    for (const { object, columns } of objects)
      if (columns.some(({ references = [] }) => references.some((type) => found.has(type)))) found.add(object);
  }
  return found;
}

function fieldsOf(type: ObjectName): Pick<BelongingType, 'customers' | 'others'> {
  if (type === 'customer') return { customers: [], others: [] }; // it belongs to nobody but itself
  const columns = objects.find(({ object }) => object === type)?.columns ?? [];
  const naming = columns.flatMap(({ field, name, references: types = [] }): NamingField[] =>
    types.some((one) => names.has(one)) ? [{ path: field, column: name, types }] : [],
  );
  const path = inside[type];
  const nested: NamingField[] = path === undefined ? [] : [{ path, column: null, types: ['customer'] }];
  return {
    customers: [...naming.filter(({ types }) => types.includes('customer')), ...nested],
    others: naming.filter(({ types }) => !types.includes('customer')),
  };
}

import type { StripeObject } from '../../stripe/gateway.js';
import type { DemoFields, DemoRow } from './state.js';

/** The types shown side by side: their table, their list at Stripe, and the fields shown, by the label of each. */
export const shownTypes = {
  customer: { table: 'customers', path: '/v1/customers', fields: { name: 'name', email: 'email' } },
  subscription: {
    table: 'subscriptions',
    path: '/v1/subscriptions',
    fields: { status: 'status', customer: 'customer', 'cancels at': 'cancel_at', 'trial ends': 'trial_end' },
  },
  product: { table: 'products', path: '/v1/products', fields: { name: 'name', active: 'active' } },
  price: {
    table: 'prices',
    path: '/v1/prices',
    fields: { amount: 'unit_amount', product: 'product', active: 'active' },
  },
} as const satisfies Record<string, { table: string; path: string; fields: Record<string, string> }>;

export type ShownType = keyof typeof shownTypes;

/** The shown fields of an object as display strings. */
export function fieldsOf(type: ShownType, object: StripeObject): DemoFields {
  return Object.fromEntries(
    Object.entries(shownTypes[type].fields).map(([label, field]) => [label, display(field, object)]),
  );
}

export function differing(stripe: DemoFields | null, database: DemoFields | null): string[] {
  if (stripe === null && database === null) return [];
  if (stripe === null || database === null) return Object.keys(stripe ?? database ?? {});
  return Object.keys(stripe).filter((field) => stripe[field] !== database[field]);
}

export function labelOf(type: ShownType, object: StripeObject): string {
  const own = type === 'price' ? display('unit_amount', object) : (object['name'] ?? object['status']);
  return typeof own === 'string' && own !== '' ? own : String(object.id);
}

/** The label of an object without a name: a subscription gets its customer's name, a price its product's. */
export function fullLabel(row: Omit<DemoRow, 'lastMs'>, names: ReadonlyMap<string, string>): string {
  const { type, label } = row;
  const fields = row.stripe ?? row.database;
  const ownerId = type === 'subscription' ? fields?.['customer'] : type === 'price' ? fields?.['product'] : undefined;
  const name = ownerId == null ? undefined : names.get(ownerId);
  if (name === undefined) return label;
  return type === 'price' ? `${name}, ${label}` : name;
}

/** `Dec 29, 2026, 18:05`, as on all pages. */
const MOMENT = new Intl.DateTimeFormat('en-US', {
  dateStyle: 'medium',
  timeStyle: 'short',
  hourCycle: 'h23',
  timeZone: 'UTC',
});

function display(field: string, object: StripeObject): string | null {
  const value = object[field];
  if (value === null || value === undefined) return null;
  if (field === 'unit_amount') return money(Number(value), currencyOf(object));
  if (/_(at|end)$/.test(field)) return `${MOMENT.format(Number(value) * 1_000)} UTC`;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  return JSON.stringify(value);
}

function currencyOf({ currency }: StripeObject): string {
  return typeof currency === 'string' ? currency : 'usd';
}

function money(minor: number, currency: string): string {
  const format = new Intl.NumberFormat('en-US', { style: 'currency', currency: currency.toUpperCase() });
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

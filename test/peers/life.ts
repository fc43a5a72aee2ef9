import type { Chance } from './chance.js';
import { childrenOf, factsOf, type Child, type Kind, type StripeObject } from './object.js';

/** A change at Stripe: what the object is afterwards, and the type of the event that reports it. */
export interface Change {
  event: string;
  after: StripeObject;
}

/** Always there and never reported: subscriptions and invoices need a customer, prices a product. */
export const HOME = { customer: 'cus_home', product: 'prod_home', price: 'price_home' } as const;

const born: Readonly<Record<Kind, string>> = {
  customer: 'customer.created',
  product: 'product.created',
  price: 'price.created',
  subscription: 'customer.subscription.created',
  invoice: 'invoice.created',
};

const updated: Readonly<Record<Kind, string>> = {
  customer: 'customer.updated',
  product: 'product.updated',
  price: 'price.updated',
  subscription: 'customer.subscription.updated',
  invoice: 'invoice.updated',
};

export interface Birth {
  kind: Kind;
  id: string;
  /** Epoch seconds. */
  created: number;
  /** How many members its own sub-list has, where the type has one. */
  children?: number;
}

export function birth({ kind, id, created, children = 2 }: Birth): Change {
  const own = factsOf[kind].children;
  const members = Array.from({ length: children }, (_, index) => child(kind, id, index, created));
  const common = { id, object: kind, created, livemode: false, metadata: { step: '0' } };
  const after = { ...common, ...plain[kind](), ...(own === null ? {} : { [own.field]: members }) } as StripeObject;
  return { event: born[kind], after: withTotal(after) };
}

/** The step-th change; the last of a life may end a subscription, archive a price, pay or void an invoice. */
export function nextChange(before: StripeObject, chance: Chance, step: number, last: boolean): Change {
  const kind = before.object;
  const metadata = { ...(before['metadata'] as object), step: String(step), mark: String(chance.between(1, 1e6)) };
  const after = { ...before, metadata, ...renamed(kind, step) } as StripeObject;
  const end = last ? ends[kind](chance.next()) : undefined;
  const grown = end === undefined ? withChildren(after, otherChildren(after, chance)) : after;
  return { event: end?.event ?? updated[kind], after: { ...grown, ...end?.fields } };
}

/** What an event of a deletion carries: customers and invoices say so themselves. */
export function deletion(before: StripeObject): Change {
  const fields = before.object === 'invoice' ? { status: 'deleted' } : {};
  return { event: `${before.object}.deleted`, after: { ...before, ...fields } };
}

/** Cancelling is how a subscription is deleted; the other types really go. */
export const deletable = (kind: Kind): boolean => kind !== 'subscription';

export function cancellation(before: StripeObject): Change {
  return { event: 'customer.subscription.deleted', after: { ...before, status: 'canceled' } };
}

const plain: Readonly<Record<Kind, () => Record<string, unknown>>> = {
  customer: () => ({ name: 'step 0', email: 'step0@example.com', invoice_settings: {}, preferred_locales: [] }),
  product: () => ({ name: 'step 0', active: true, images: [], marketing_features: [] }),
  price: () => ({
    nickname: 'step 0',
    active: true,
    currency: 'usd',
    type: 'recurring',
    billing_scheme: 'per_unit',
    unit_amount: 900,
    unit_amount_decimal: '900',
    recurring: { interval: 'month', interval_count: 1 },
    product: HOME.product,
  }),
  subscription: () => ({ status: 'active', cancel_at_period_end: false, customer: HOME.customer, currency: 'usd' }),
  invoice: () => ({ status: 'draft', currency: 'usd', customer: HOME.customer, collection_method: 'send_invoice' }),
};

function renamed(kind: Kind, step: number): Record<string, unknown> {
  if (kind === 'customer') return { name: `step ${step}`, email: `step${step}@example.com` };
  if (kind === 'product') return { name: `step ${step}` };
  if (kind === 'price') return { nickname: `step ${step}` };
  if (kind === 'subscription') return { cancel_at_period_end: step % 2 === 1 };
  return { status: step > 1 ? 'open' : 'draft' };
}

interface End {
  event: string;
  fields: Record<string, unknown>;
}

// How lives end; `at` is drawn evenly from 0 to 1. Undefined: an ordinary change.
const ends: Readonly<Record<Kind, (at: number) => End | undefined>> = {
  customer: () => undefined,
  product: (at) => (at < 0.25 ? { event: updated.product, fields: { active: false } } : undefined),
  price: (at) => (at < 0.25 ? { event: updated.price, fields: { active: false } } : undefined),
  subscription: (at) =>
    at < 0.5 ? { event: 'customer.subscription.deleted', fields: { status: 'canceled' } } : undefined,
  invoice: (at) => {
    if (at < 0.4) return { event: 'invoice.paid', fields: { status: 'paid' } };
    return at < 0.7 ? { event: 'invoice.voided', fields: { status: 'void' } } : undefined;
  },
};

function child(kind: Kind, owner: string, index: number, created: number): Child {
  const common = { id: `${kind === 'invoice' ? 'il' : 'si'}_${owner}_${index}`, livemode: false, metadata: {} };
  if (kind === 'invoice') {
    return { ...common, object: 'line_item', amount: 100 + index, currency: 'usd', invoice: owner, quantity: 1 };
  }
  const price = { id: HOME.price, object: 'price', unit_amount: 900, currency: 'usd' };
  return { ...common, object: 'subscription_item', created, quantity: index + 1, subscription: owner, price };
}

// One member goes, one changes.
function otherChildren(object: StripeObject, chance: Chance): readonly Child[] {
  const all = childrenOf(object);
  if (all.length < 2) return all;
  const gone = chance.between(0, all.length - 1);
  const kept = all.filter((_, index) => index !== gone);
  const changed = chance.between(0, kept.length - 1);
  const field = object.object === 'invoice' ? 'amount' : 'quantity';
  return kept.map((one, index) => (index === changed ? { ...one, [field]: (one[field] as number) + 1_000 } : one));
}

function withChildren(object: StripeObject, members: readonly Child[]): StripeObject {
  const own = factsOf[object.object].children;
  return own === null ? object : withTotal({ ...object, [own.field]: members });
}

function withTotal(object: StripeObject): StripeObject {
  if (object.object !== 'invoice') return object;
  const total = childrenOf(object).reduce((sum, line) => sum + (line['amount'] as number), 0);
  return { ...object, total, subtotal: total, amount_due: total };
}

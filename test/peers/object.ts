/** A Stripe object as the fake Stripe keeps it: sub-lists complete, to be cut off at ten when it is rendered. */
export type StripeObject = Record<string, unknown> & { id: string; object: Kind; created: number };

/** The types every engine under comparison mirrors and lists. */
export const kinds = ['customer', 'product', 'price', 'subscription', 'invoice'] as const;
export type Kind = (typeof kinds)[number];

export interface KindFacts {
  prefix: string;
  /** Path of the list; one object is below it. */
  path: string;
  /** Where the members of its own sub-list stand, and what they are. */
  children: { field: 'items' | 'lines'; object: string; url: (id: string) => string } | null;
  /** What the comparer looks at: fields that every engine keeps. */
  compared: readonly string[];
  childCompared: readonly string[];
  /** What a GET answers after the deletion: a stub, or 404. */
  deletedAnswers: 'stub' | 'missing';
}

export const factsOf: Readonly<Record<Kind, KindFacts>> = {
  customer: {
    prefix: 'cus',
    path: '/v1/customers',
    children: null,
    compared: ['name', 'email', 'metadata'],
    childCompared: [],
    deletedAnswers: 'stub',
  },
  product: {
    prefix: 'prod',
    path: '/v1/products',
    children: null,
    compared: ['name', 'active', 'metadata'],
    childCompared: [],
    deletedAnswers: 'missing',
  },
  price: {
    prefix: 'price',
    path: '/v1/prices',
    children: null,
    compared: ['nickname', 'active', 'metadata'],
    childCompared: [],
    deletedAnswers: 'missing',
  },
  subscription: {
    prefix: 'sub',
    path: '/v1/subscriptions',
    children: {
      field: 'items',
      object: 'subscription_item',
      url: (id) => `/v1/subscription_items?subscription=${id}`,
    },
    compared: ['status', 'cancel_at_period_end', 'metadata'],
    childCompared: ['quantity'],
    deletedAnswers: 'missing',
  },
  invoice: {
    prefix: 'in',
    path: '/v1/invoices',
    children: { field: 'lines', object: 'line_item', url: (id) => `/v1/invoices/${id}/lines` },
    compared: ['status', 'total', 'metadata'],
    childCompared: ['amount'],
    deletedAnswers: 'missing',
  },
};

const SHOWN_CHILDREN = 10;

/** As Stripe answers and as events carry it: a sub-list stops at ten and says so. */
export function rendered(object: StripeObject): StripeObject {
  const { children } = factsOf[object.object];
  if (children === null) return structuredClone(object);
  const all = childrenOf(object);
  const list = {
    object: 'list',
    data: all.slice(0, SHOWN_CHILDREN),
    has_more: all.length > SHOWN_CHILDREN,
    url: children.url(object.id),
  };
  return structuredClone({ ...object, [children.field]: list });
}

export type Child = Record<string, unknown> & { id: string };

export function childrenOf(object: StripeObject): readonly Child[] {
  const { children } = factsOf[object.object];
  return children === null ? [] : (object[children.field] as Child[]);
}

/** `previous_attributes`: what a change replaced, and of metadata only the keys that changed. */
export function previousOf(before: StripeObject, after: StripeObject): Record<string, unknown> {
  const [from, to] = [rendered(before), rendered(after)];
  const changed = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b);
  const previous: Record<string, unknown> = {};
  for (const field of Object.keys(to)) if (changed(from[field], to[field])) previous[field] = from[field] ?? null;
  if (previous['metadata'] !== undefined) {
    const [old, now] = [from['metadata'] as Record<string, string>, to['metadata'] as Record<string, string>];
    previous['metadata'] = Object.fromEntries(
      Object.keys(now).flatMap((key) => (old[key] === now[key] ? [] : [[key, old[key] ?? null]])),
    );
  }
  return previous;
}

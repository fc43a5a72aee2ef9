import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Empty } from '../../../web/shared/empty.js';
import { Id } from '../../../web/shared/id.js';
import { priceText } from '../../../web/shared/money.js';
import { day, StripeTime } from '../../../web/shared/moment.js';
import { StatusPill } from '../../../web/shared/pill.js';
import type { Column } from '../../../web/shared/table.js';
import { customerName } from '../customer/customers.js';
import { Filter, ListPage, useSearch } from '../list-page.js';
import { useList } from '../loaded.js';
import { href, type Route } from '../route.js';

/** The list of subscriptions, ended ones included. */
export function Subscriptions({ route }: { route: Route }): VNode {
  const list = useList<Stripe.Subscription>(
    '/v1/subscriptions',
    ['subscription', 'customer'],
    { status: route.query['status'] || 'all', expand: ['data.customer'] },
    useSearch(route),
  );
  const columns = useSubscriptionColumns();
  return (
    <ListPage
      title="Subscriptions"
      about="Recurring charges"
      route={route}
      list={list}
      columns={columns}
      href={(subscription) => href('subscriptions', subscription.id)}
      filters={<Filter route={route} name="status" label="Show subscriptions" options={statuses} />}
      empty={
        <Empty
          title="No subscriptions yet"
          action={<a {...{ class: 'button', href: href('customers') }}>Go to customers</a>}
        >
          Create one in the sample app, through the API, or on a customer’s page.
        </Empty>
      }
    />
  );
}

/** The columns, with the products' names in place of their ids. */
export function useSubscriptionColumns(): readonly Column<Stripe.Subscription>[] {
  const products = useProductNames();
  return [
    { label: 'Customer', cell: ownerName, by: ownerName },
    { label: 'Plan', cell: (subscription) => planText(subscription, products), by: (s) => planText(s, products) },
    { label: 'Status', cell: (s) => <Status subscription={s} />, by: (s) => s.status },
    { label: 'ID', cell: (s) => <Id value={s.id} /> },
    { label: 'Created', cell: (s) => <StripeTime at={s.created} />, by: (s) => s.created, right: true },
  ];
}

/** The names of all products by id. */
export function useProductNames(): ReadonlyMap<string, string> {
  const products = useList<Stripe.Product>('/v1/products', ['product']);
  return new Map((products.value.value ?? []).map((product) => [product.id, product.name]));
}

/** The status, and the end if one is set. */
export function Status({ subscription }: { subscription: Stripe.Subscription }): VNode {
  const end = endOf(subscription);
  return (
    <>
      <StatusPill status={subscription.status} />
      {end !== null && subscription.status !== 'canceled' && <span class="soft small"> ends {day(end * 1000)}</span>}
    </>
  );
}

/** When the subscription will end, in epoch seconds; null if no end is set. Stripe keeps it in one of two fields. */
export function endOf(subscription: Stripe.Subscription): number | null {
  if (subscription.cancel_at !== null) return subscription.cancel_at;
  return subscription.cancel_at_period_end ? periodEnd(subscription) : null;
}

/** The end of the paid period, in epoch seconds. Stripe keeps it on the items. */
export function periodEnd(subscription: Stripe.Subscription): number | null {
  const ends = subscription.items.data.map((item) => item.current_period_end);
  return ends.length === 0 ? null : Math.max(...ends);
}

/** The customer's name, or the id if the API did not expand the customer. */
export function ownerName({ customer }: { customer: Stripe.Subscription['customer'] }): string {
  return typeof customer === 'string' ? customer : customerName(customer);
}

export function planText(subscription: Stripe.Subscription, products: ReadonlyMap<string, string>): string {
  const [first, ...more] = subscription.items.data;
  if (!first) return '–';
  const id = typeof first.price.product === 'string' ? first.price.product : first.price.product.id;
  const quantity = (first.quantity ?? 1) > 1 ? `${first.quantity} × ` : '';
  const rest = more.length === 0 ? '' : ` and ${more.length} more`;
  return `${quantity}${products.get(id) ?? id}, ${priceText(first.price)}${rest}`;
}

const statuses = [
  ['', 'All statuses'],
  ['active', 'Active'],
  ['trialing', 'Trialing'],
  ['incomplete', 'Incomplete'],
  ['past_due', 'Past due'],
  ['unpaid', 'Unpaid'],
  ['paused', 'Paused'],
  ['canceled', 'Canceled'],
  ['incomplete_expired', 'Incomplete, expired'],
] as const;

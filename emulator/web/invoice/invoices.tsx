import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Empty } from '../../../web/shared/empty.js';
import { Id } from '../../../web/shared/id.js';
import { money } from '../../../web/shared/money.js';
import { StripeTime } from '../../../web/shared/moment.js';
import { StatusPill } from '../../../web/shared/pill.js';
import type { Column } from '../../../web/shared/table.js';
import { Filter, ListPage, useSearch } from '../list-page.js';
import { useList } from '../loaded.js';
import { href, type Route } from '../route.js';

/** The list of invoices. */
export function Invoices({ route }: { route: Route }): VNode {
  const status = route.query['status'] ?? '';
  const params = status === '' ? {} : { status };
  const list = useList<Stripe.Invoice>('/v1/invoices', ['invoice'], params, useSearch(route));
  return (
    <ListPage
      title="Invoices"
      about="Invoices and their payment status"
      route={route}
      list={list}
      columns={invoiceColumns}
      href={(invoice) => href('invoices', invoice.id)}
      filters={<Filter route={route} name="status" label="Show invoices" options={statuses} />}
      empty={<Empty title="No invoices yet">A subscription creates its first invoice when it starts.</Empty>}
    />
  );
}

export const invoiceColumns: readonly Column<Stripe.Invoice>[] = [
  {
    label: 'Number',
    cell: (invoice) => invoice.number ?? <span class="soft">No number yet</span>,
    by: (invoice) => invoice.number,
  },
  { label: 'Customer', cell: (invoice) => <CustomerLink invoice={invoice} />, by: customerOf },
  {
    label: 'Amount',
    cell: (invoice) => money(invoice.total, invoice.currency),
    by: (invoice) => invoice.total,
    right: true,
  },
  {
    label: 'Status',
    cell: (invoice) => <StatusPill status={invoice.status ?? 'draft'} />,
    by: (invoice) => invoice.status,
  },
  { label: 'ID', cell: (invoice) => <Id value={invoice.id} /> },
  {
    label: 'Created',
    cell: (invoice) => <StripeTime at={invoice.created} />,
    by: (invoice) => invoice.created,
    right: true,
  },
];

export function CustomerLink({ invoice }: { invoice: Stripe.Invoice }): VNode {
  const { customer } = invoice;
  const id = typeof customer === 'string' ? customer : customer?.id;
  return id === undefined ? <span class="soft">–</span> : <a href={href('customers', id)}>{customerOf(invoice)}</a>;
}

export function customerOf(invoice: Stripe.Invoice): string {
  const { customer } = invoice;
  return invoice.customer_name ?? (typeof customer === 'string' ? customer : (customer?.id ?? '–'));
}

const statuses = [
  ['', 'All statuses'],
  ['draft', 'Draft'],
  ['open', 'Open'],
  ['paid', 'Paid'],
  ['void', 'Void'],
  ['uncollectible', 'Uncollectible'],
] as const;

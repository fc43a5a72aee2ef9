import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Empty } from '../../../web/shared/empty.js';
import { Id } from '../../../web/shared/id.js';
import { StripeTime } from '../../../web/shared/moment.js';
import type { Column } from '../../../web/shared/table.js';
import { CustomerForm } from './customer-form.js';
import { ListPage, useSearch } from '../list-page.js';
import { useList } from '../loaded.js';
import { href, type Route } from '../route.js';

/** The list of customers. */
export function Customers({ route }: { route: Route }): VNode {
  const list = useList<Stripe.Customer>('/v1/customers', ['customer'], {}, useSearch(route));
  const creating = useSignal(false);
  const create = (
    <button type="button" class="button primary" onClick={() => (creating.value = true)}>
      Create customer
    </button>
  );
  return (
    <>
      <ListPage
        title="Customers"
        route={route}
        list={list}
        columns={columns}
        href={(customer) => href('customers', customer.id)}
        actions={create}
        empty={
          <Empty title="No customers yet" action={create}>
            Create one here, through the API, or with the sample app.
          </Empty>
        }
      />
      {creating.value && <CustomerForm onClose={() => (creating.value = false)} />}
    </>
  );
}

/** A customer in one line: the name, else the email, else the ID. */
export function customerName(customer: { id: string; name?: string | null; email?: string | null }): string {
  return customer.name || customer.email || customer.id;
}

const columns: readonly Column<Stripe.Customer>[] = [
  { label: 'Name', cell: customerName, by: customerName },
  {
    label: 'Email',
    cell: (customer) => customer.email ?? <span class="soft">–</span>,
    by: (customer) => customer.email,
  },
  { label: 'ID', cell: (customer) => <Id value={customer.id} /> },
  {
    label: 'Created',
    cell: (customer) => <StripeTime at={customer.created} />,
    by: (customer) => customer.created,
    right: true,
  },
];

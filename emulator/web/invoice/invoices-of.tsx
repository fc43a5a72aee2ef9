import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Empty } from '../../../web/shared/empty.js';
import { Table } from '../../../web/shared/table.js';
import { invoiceColumns } from './invoices.js';
import { useList } from '../loaded.js';
import { Section } from '../object-page.js';
import { href } from '../route.js';

/** The invoices of a customer or a subscription, on its page. */
export function InvoicesOf({ of }: { of: { customer: string } | { subscription: string } }): VNode {
  const list = useList<Stripe.Invoice>('/v1/invoices', ['invoice'], of);
  return (
    <Section title="Invoices">
      <Table
        label="Invoices"
        columns={invoiceColumns.filter((column) => column.label !== 'Customer')}
        rows={list.value.value}
        failed={list.failed.value}
        onRetry={list.again}
        href={(invoice) => href('invoices', invoice.id)}
        empty={<Empty title="No invoices" />}
      />
    </Section>
  );
}

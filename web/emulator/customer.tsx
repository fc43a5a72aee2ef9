import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Empty } from '../shared/empty.js';
import { Facts } from '../shared/facts.js';
import { Id } from '../shared/id.js';
import { StripeTime } from '../shared/moment.js';
import { Pill } from '../shared/pill.js';
import { Table, type Column } from '../shared/table.js';
import { toast } from '../shared/toast.js';
import { Confirm } from './confirm.js';
import { CustomerForm } from './customer-form.js';
import { customerName } from './customers.js';
import { useEmulator } from './emulator.js';
import { EventTable } from './event-table.js';
import { invoiceColumns } from './invoices.js';
import { useList, useObject } from './loaded.js';
import { Head, ObjectPage, Section } from './object-page.js';
import { href } from './route.js';
import { SubscribeForm } from './subscribe-form.js';
import { useSubscriptionColumns } from './subscriptions.js';

/** One customer with everything that hangs on them. */
export function Customer({ id }: { id: string }): VNode {
  const { api } = useEmulator();
  const loaded = useObject<Stripe.Customer>(`/v1/customers/${id}`, ['customer']);
  const open = useSignal<'edit' | 'delete' | 'subscribe' | null>(null);
  const close = (): void => {
    open.value = null;
  };
  return (
    <ObjectPage
      back={{ href: href('customers'), text: 'Customers' }}
      loaded={loaded}
      gone={(customer) => 'deleted' in customer}
    >
      {(customer) => (
        <>
          <Head
            title={customerName(customer)}
            under={<Id value={customer.id} />}
            json={customer.id}
            actions={
              <>
                <button type="button" class="button" onClick={() => (open.value = 'edit')}>
                  Edit customer
                </button>
                <button type="button" class="button danger" onClick={() => (open.value = 'delete')}>
                  Delete customer
                </button>
              </>
            }
          />
          <Section title="Details">
            <div class="card">
              <Facts rows={details(customer)} />
            </div>
          </Section>
          <Subscriptions id={id} onCreate={() => (open.value = 'subscribe')} />
          <Invoices id={id} />
          <PaymentMethods id={id} fallback={customer.invoice_settings?.default_payment_method ?? null} />
          <Section title="Events">
            <EventTable about={(object) => object['id'] === id || object['customer'] === id} />
          </Section>
          {open.value === 'edit' && <CustomerForm customer={customer} onClose={close} />}
          {open.value === 'subscribe' && <SubscribeForm customer={customer} onClose={close} />}
          {open.value === 'delete' && (
            <Confirm
              title={`Delete ${customerName(customer)}?`}
              confirm="Delete customer now"
              keep="Keep customer"
              onClose={close}
              onConfirm={async () => {
                await api.delete(`/v1/customers/${id}`);
                toast(`Customer ${customerName(customer)} deleted`);
                location.assign(href('customers'));
              }}
            >
              <p>
                The customer <Id value={id} /> is deleted and active subscriptions are canceled at once. This cannot be
                undone.
              </p>
            </Confirm>
          )}
        </>
      )}
    </ObjectPage>
  );
}

function details(customer: Stripe.Customer): [string, VNode | string | null | undefined][] {
  const metadata = Object.entries(customer.metadata ?? {});
  return [
    ['Name', customer.name],
    ['E-mail', customer.email],
    ['Phone', customer.phone || undefined],
    ['Description', customer.description || undefined],
    ['Created', <StripeTime at={customer.created} />],
    ['Metadata', metadata.length === 0 ? undefined : metadata.map(([key, value]) => `${key}: ${value}`).join(' · ')],
  ];
}

function Subscriptions({ id, onCreate }: { id: string; onCreate: () => void }): VNode {
  const params = { customer: id, status: 'all' };
  const list = useList<Stripe.Subscription>('/v1/subscriptions', ['subscription'], params);
  const columns = useSubscriptionColumns();
  const { live } = useEmulator();
  return (
    <Section
      title="Subscriptions"
      action={
        <button type="button" class="button slim" onClick={onCreate}>
          Create subscription
        </button>
      }
    >
      <Table
        label="Subscriptions"
        columns={columns.filter((column) => column.label !== 'Customer')}
        rows={list.value.value}
        failed={list.failed.value}
        onRetry={list.again}
        href={(subscription) => href('subscriptions', subscription.id)}
        changed={live.changed.value}
        empty={<Empty title="No subscriptions" />}
      />
    </Section>
  );
}

function Invoices({ id }: { id: string }): VNode {
  const list = useList<Stripe.Invoice>('/v1/invoices', ['invoice'], { customer: id });
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

function PaymentMethods(props: { id: string; fallback: string | Stripe.PaymentMethod | null }): VNode {
  const follow = ['payment_method', 'customer'];
  const list = useList<Stripe.PaymentMethod>('/v1/payment_methods', follow, { customer: props.id });
  const usual = typeof props.fallback === 'string' ? props.fallback : props.fallback?.id;
  return (
    <Section title="Payment methods">
      <Table
        label="Payment methods"
        columns={paymentMethodColumns(usual)}
        rows={list.value.value}
        failed={list.failed.value}
        onRetry={list.again}
        empty={<Empty title="No payment methods" />}
      />
    </Section>
  );
}

const paymentMethodColumns = (usual: string | undefined): readonly Column<Stripe.PaymentMethod>[] => [
  {
    label: 'Card',
    cell: ({ id, type, card }) => (
      <>
        {card ? `${card.brand} ···· ${card.last4}` : type} {id === usual && <Pill tone="accent">Default</Pill>}
      </>
    ),
  },
  {
    label: 'Expires',
    cell: ({ card }) => (card ? `${String(card.exp_month).padStart(2, '0')} / ${card.exp_year}` : '–'),
  },
  { label: 'Id', cell: (method) => <Id value={method.id} /> },
  { label: 'Created', cell: (method) => <StripeTime at={method.created} />, right: true },
];

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Empty } from '../../../web/shared/empty.js';
import { Facts } from '../../../web/shared/facts.js';
import { Id } from '../../../web/shared/id.js';
import { money } from '../../../web/shared/money.js';
import { StripeTime } from '../../../web/shared/moment.js';
import { Table } from '../../../web/shared/table.js';
import { toast } from '../../../web/shared/toast.js';
import { CardForm } from '../payment/card-form.js';
import { checkouts } from '../checkout/checkouts.js';
import { Confirm } from '../confirm.js';
import { CustomerForm } from './customer-form.js';
import { customerName } from './customers.js';
import { disputes, isOf } from '../payment/disputes.js';
import { useEmulator } from '../emulator.js';
import { EventTable } from '../event/event-table.js';
import { InvoicesOf } from '../invoice/invoices-of.js';
import { useList, useObject } from '../loaded.js';
import { Head, ObjectPage, Section } from '../object-page.js';
import { RowsOf } from '../kind.js';
import { PaymentMethods } from '../payment/payment-methods.js';
import { paymentColumns } from '../payment/payments.js';
import { quotes } from '../quote/quotes.js';
import { href } from '../route.js';
import { schedules } from '../subscription/schedules.js';
import { SubscribeForm } from '../subscription/subscribe-form.js';
import { useSubscriptionColumns } from '../subscription/subscriptions.js';

/** One customer, with their subscriptions, invoices, payments, and other objects. */
export function Customer({ id }: { id: string }): VNode {
  const { api } = useEmulator();
  const loaded = useObject<Stripe.Customer>(`/v1/customers/${id}`, ['customer']);
  const open = useSignal<'edit' | 'delete' | 'subscribe' | 'card' | null>(null);
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
          <InvoicesOf of={{ customer: id }} />
          <PaymentMethods customer={customer} onAdd={() => (open.value = 'card')} />
          <Payments id={id} />
          <RowsOf kind={schedules} params={{ customer: id }} />
          <RowsOf kind={quotes} params={{ customer: id }} />
          <RowsOf kind={checkouts} params={{ customer: id }} />
          <RowsOf kind={disputes} params={{}} only={{ what: id, fits: isOf(id) }} />
          <Section title="Events">
            <EventTable of={id} about={(object) => object['customer'] === id} />
          </Section>
          {open.value === 'edit' && <CustomerForm customer={customer} onClose={close} />}
          {open.value === 'card' && <CardForm customer={customer} onClose={close} />}
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
    ['Email', customer.email],
    ['Phone', customer.phone || undefined],
    ['Description', customer.description || undefined],
    ['Balance', customer.balance ? money(customer.balance, customer.currency ?? 'usd') : undefined],
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
        changesOf={live.changesOf}
        empty={<Empty title="No subscriptions" />}
      />
    </Section>
  );
}

function Payments({ id }: { id: string }): VNode {
  const list = useList<Stripe.PaymentIntent>('/v1/payment_intents', ['payment_intent'], { customer: id });
  return (
    <Section title="Payments">
      <Table
        label="Payments"
        columns={paymentColumns.filter((column) => column.label !== 'Customer')}
        rows={list.value.value}
        failed={list.failed.value}
        onRetry={list.again}
        href={(payment) => href('payments', payment.id)}
        empty={<Empty title="No payments" />}
      />
    </Section>
  );
}

import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Empty } from '../../../web/shared/empty.js';
import { Id } from '../../../web/shared/id.js';
import { StripeTime } from '../../../web/shared/moment.js';
import { Pill } from '../../../web/shared/pill.js';
import { Table, type Column } from '../../../web/shared/table.js';
import { Action } from '../action.js';
import { useEmulator } from '../emulator.js';
import { useList } from '../loaded.js';
import { Section } from '../object-page.js';

/** A customer's payment methods. One can be made the default, or detached. */
export function PaymentMethods(props: { customer: Stripe.Customer; onAdd: () => void }): VNode {
  const { id, invoice_settings: settings } = props.customer;
  const follow = ['payment_method', 'customer'];
  const list = useList<Stripe.PaymentMethod>('/v1/payment_methods', follow, { customer: id });
  const usual = settings?.default_payment_method;
  const columns = columnsFor(id, typeof usual === 'string' ? usual : usual?.id);
  return (
    <Section
      title="Payment methods"
      action={
        <button type="button" class="button slim" onClick={props.onAdd}>
          Add payment method
        </button>
      }
    >
      <Table
        label="Payment methods"
        columns={columns}
        rows={list.value.value}
        failed={list.failed.value}
        onRetry={list.again}
        empty={<Empty title="No payment methods" />}
      />
    </Section>
  );
}

const nameOf = ({ type, card }: Stripe.PaymentMethod): string => (card ? `${card.brand} ···· ${card.last4}` : type);

const columnsFor = (customer: string, usual: string | undefined): readonly Column<Stripe.PaymentMethod>[] => [
  {
    label: 'Card',
    cell: (method) => (
      <>
        {nameOf(method)} {method.id === usual && <Pill tone="accent">Default</Pill>}
      </>
    ),
  },
  {
    label: 'Expires',
    cell: ({ card }) => (card ? `${String(card.exp_month).padStart(2, '0')} / ${card.exp_year}` : '–'),
  },
  { label: 'ID', cell: (method) => <Id value={method.id} /> },
  { label: 'Created', cell: (method) => <StripeTime at={method.created} /> },
  {
    label: '',
    cell: (method) => <MethodActions method={method} customer={customer} isDefault={method.id === usual} />,
    right: true,
  },
];

function MethodActions(props: { method: Stripe.PaymentMethod; customer: string; isDefault: boolean }): VNode {
  const { api } = useEmulator();
  const { method, customer, isDefault } = props;
  return (
    <span class="row-actions">
      {!isDefault && (
        <Action
          slim
          label={`Make ${nameOf(method)} the default`}
          done="Default payment method changed"
          send={() =>
            api.post(`/v1/customers/${customer}`, { invoice_settings: { default_payment_method: method.id } })
          }
        >
          Make default
        </Action>
      )}
      <Action
        slim
        label={`Detach ${nameOf(method)}`}
        done="Payment method detached"
        send={() => api.post(`/v1/payment_methods/${method.id}/detach`)}
      >
        Detach
      </Action>
    </span>
  );
}

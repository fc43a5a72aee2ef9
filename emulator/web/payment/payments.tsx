import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Empty } from '../../../web/shared/empty.js';
import { Id } from '../../../web/shared/id.js';
import { money } from '../../../web/shared/money.js';
import { StripeTime } from '../../../web/shared/moment.js';
import { StatusPill } from '../../../web/shared/pill.js';
import type { Column } from '../../../web/shared/table.js';
import { ListPage, useSearch } from '../list-page.js';
import { useList } from '../loaded.js';
import { personName, PersonLink } from '../customer/person.js';
import { href, type Route } from '../route.js';

/** The list of payments (payment intents). */
export function Payments({ route }: { route: Route }): VNode {
  const list = useList<Stripe.PaymentIntent>(
    '/v1/payment_intents',
    ['payment_intent'],
    { expand: ['data.customer'] },
    useSearch(route),
  );
  return (
    <ListPage
      title="Payments"
      about="Payment intents"
      route={route}
      list={list}
      columns={paymentColumns}
      href={(payment) => href('payments', payment.id)}
      empty={<Empty title="No payments yet">Pay for a subscription in the sample app, or through the API.</Empty>}
    />
  );
}

export const paymentColumns: readonly Column<Stripe.PaymentIntent>[] = [
  {
    label: 'Amount',
    cell: (payment) => <strong>{money(payment.amount, payment.currency)}</strong>,
    by: (payment) => payment.amount,
  },
  { label: 'Customer', cell: ({ customer }) => <PersonLink of={customer} />, by: payer },
  { label: 'Status', cell: (payment) => <StatusPill status={payment.status} />, by: (payment) => payment.status },
  {
    label: 'Last error',
    cell: (payment) =>
      payment.last_payment_error?.decline_code ?? payment.last_payment_error?.code ?? <span class="soft">–</span>,
  },
  { label: 'ID', cell: (payment) => <Id value={payment.id} /> },
  {
    label: 'Created',
    cell: (payment) => <StripeTime at={payment.created} />,
    by: (payment) => payment.created,
    right: true,
  },
];

export function payer({ customer }: Stripe.PaymentIntent): string {
  return personName(customer);
}

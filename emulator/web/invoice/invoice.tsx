import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Empty } from '../../../web/shared/empty.js';
import { Facts } from '../../../web/shared/facts.js';
import { Id } from '../../../web/shared/id.js';
import { money } from '../../../web/shared/money.js';
import { day, StripeTime } from '../../../web/shared/moment.js';
import { StatusPill } from '../../../web/shared/pill.js';
import { Table, type Column } from '../../../web/shared/table.js';
import { EventTable } from '../event/event-table.js';
import { InvoiceActions, InvoiceDialog, type InvoiceStep } from './invoice-actions.js';
import { CustomerLink, customerOf } from './invoices.js';
import { useList, useObject } from '../loaded.js';
import { Head, ObjectPage, Section } from '../object-page.js';
import { href } from '../route.js';

/** One invoice with its lines; with actions to finalize, pay, void or delete it. */
export function Invoice({ id }: { id: string }): VNode {
  const loaded = useObject<Stripe.Invoice>(`/v1/invoices/${id}`, ['invoice', 'invoice_payment'], {
    expand: ['payments'],
  });
  const asking = useSignal<InvoiceStep | null>(null);
  return (
    <ObjectPage back={{ href: href('invoices'), text: 'Invoices' }} loaded={loaded}>
      {(invoice) => (
        <>
          <Head
            title={`${invoice.number ?? 'Draft invoice'} – ${customerOf(invoice)}`}
            under={
              <>
                <StatusPill status={invoice.status ?? 'draft'} /> <Id value={invoice.id} />
              </>
            }
            json={invoice.id}
            actions={<InvoiceActions invoice={invoice} onAsk={(step) => (asking.value = step)} />}
          />
          <Section title="Details">
            <div class="card">
              <Facts rows={details(invoice)} />
            </div>
          </Section>
          <Lines id={id} />
          <Section title="Events">
            <EventTable of={id} about={(object) => object['invoice'] === id} />
          </Section>
          {asking.value !== null && (
            <InvoiceDialog invoice={invoice} step={asking.value} onClose={() => (asking.value = null)} />
          )}
        </>
      )}
    </ObjectPage>
  );
}

function details(invoice: Stripe.Invoice): [string, VNode | string | null | undefined][] {
  const { currency } = invoice;
  const subscription = invoice.parent?.subscription_details?.subscription;
  const owner = typeof subscription === 'string' ? subscription : subscription?.id;
  const discount = (invoice.total_discount_amounts ?? []).reduce((sum, { amount }) => sum + amount, 0);
  const tax = (invoice.total_taxes ?? []).reduce((sum, { amount }) => sum + amount, 0);
  return [
    ['Customer', <CustomerLink invoice={invoice} />],
    ['Subscription', owner === undefined ? undefined : <a href={href('subscriptions', owner)}>{owner}</a>],
    ['Billing reason', reasonOf(invoice)],
    ['Subtotal', money(invoice.subtotal, currency)],
    ['Discount', discount === 0 ? undefined : `−${money(discount, currency)}`],
    ['Tax', tax === 0 ? undefined : money(tax, currency)],
    ['Total', <strong>{money(invoice.total, currency)}</strong>],
    ['Paid', money(invoice.amount_paid, currency)],
    ['Amount due', invoice.status === 'open' ? money(invoice.amount_remaining, currency) : undefined],
    ['Due date', invoice.due_date === null ? undefined : day(invoice.due_date * 1000)],
    ['Next attempt', invoice.next_payment_attempt ? <StripeTime at={invoice.next_payment_attempt} /> : undefined],
    ['Payment', <Payments invoice={invoice} />],
    ['Created', <StripeTime at={invoice.created} />],
  ];
}

const billingReasons: Readonly<Record<string, string>> = {
  manual: 'Created manually',
  quote_accept: 'Accepted quote',
  subscription_create: 'First invoice of a subscription',
  subscription_cycle: 'Renewal of a subscription',
  subscription_threshold: 'Usage threshold of a subscription',
  subscription_update: 'Change of a subscription',
};

function reasonOf({ billing_reason: reason }: Stripe.Invoice): string | undefined {
  return reason === null ? undefined : (billingReasons[reason] ?? reason.replaceAll('_', ' '));
}

function Payments({ invoice }: { invoice: Stripe.Invoice }): VNode {
  const ids = (invoice.payments?.data ?? []).flatMap(({ payment }) => {
    const intent = payment.payment_intent;
    return typeof intent === 'string' ? [intent] : intent ? [intent.id] : [];
  });
  if (ids.length === 0) return <span class="soft">None</span>;
  return (
    <>
      {ids.map((id) => (
        <div key={id}>
          <a href={href('payments', id)}>{id}</a>
        </div>
      ))}
    </>
  );
}

function Lines({ id }: { id: string }): VNode {
  const list = useList<Stripe.InvoiceLineItem>(`/v1/invoices/${id}/lines`, ['invoice', 'invoiceitem']);
  return (
    <Section title="Lines">
      <Table
        label="Lines"
        columns={lineColumns}
        rows={list.value.value}
        failed={list.failed.value}
        onRetry={list.again}
        empty={<Empty title="No lines">Invoice items or a subscription add lines.</Empty>}
      />
      {list.more.value && (
        <button type="button" class="button more" onClick={list.loadMore}>
          Load 100 more
        </button>
      )}
    </Section>
  );
}

const lineColumns: readonly Column<Stripe.InvoiceLineItem>[] = [
  { label: 'Description', cell: (line) => line.description ?? <span class="soft">–</span> },
  { label: 'Quantity', cell: (line) => String(line.quantity ?? 1), right: true },
  {
    label: 'Period',
    cell: ({ period }) =>
      period.start === period.end
        ? day(period.start * 1000)
        : `${day(period.start * 1000)} – ${day(period.end * 1000)}`,
  },
  { label: 'Amount', cell: (line) => money(line.amount, line.currency), by: (line) => line.amount, right: true },
];

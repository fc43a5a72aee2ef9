import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Empty } from '../../../web/shared/empty.js';
import { Facts } from '../../../web/shared/facts.js';
import { Id } from '../../../web/shared/id.js';
import { money, priceText } from '../../../web/shared/money.js';
import { day, StripeTime } from '../../../web/shared/moment.js';
import { Table, type Column } from '../../../web/shared/table.js';
import { CancelDialog } from './cancel-dialog.js';
import { EventTable } from '../event/event-table.js';
import { InvoicesOf } from '../invoice/invoices-of.js';
import { useObject } from '../loaded.js';
import { Head, ObjectPage, Section } from '../object-page.js';
import { PauseDialog } from './pause-dialog.js';
import { linkTo } from '../customer/person.js';
import { href } from '../route.js';
import { SubscriptionActions, type SubscriptionStep } from './subscription-actions.js';
import { endOf, ownerName, periodEnd, planText, Status, useProductNames } from './subscriptions.js';
import { TrialDialog } from './trial-dialog.js';
import { UpdateDialog } from './update-dialog.js';

/** One subscription with its items, and actions to change, pause, cancel, or resume it. */
export function Subscription({ id }: { id: string }): VNode {
  const loaded = useObject<Stripe.Subscription>(`/v1/subscriptions/${id}`, ['subscription', 'customer'], {
    expand: ['customer'],
  });
  const products = useProductNames();
  const asking = useSignal<SubscriptionStep | null>(null);
  const close = (): void => {
    asking.value = null;
  };
  return (
    <ObjectPage back={{ href: href('subscriptions'), text: 'Subscriptions' }} loaded={loaded}>
      {(subscription) => (
        <>
          <Head
            title={`${ownerName(subscription)} – ${planText(subscription, products)}`}
            under={
              <>
                <Status subscription={subscription} /> <Id value={subscription.id} />
              </>
            }
            json={subscription.id}
            actions={<SubscriptionActions subscription={subscription} onAsk={(step) => (asking.value = step)} />}
          />
          <Section title="Details">
            <div class="card">
              <Facts rows={details(subscription)} />
            </div>
          </Section>
          <Section title="Items">
            <Table
              label="Items"
              columns={itemColumns(products)}
              rows={subscription.items.data}
              empty={<Empty title="No items" />}
            />
          </Section>
          <InvoicesOf of={{ subscription: id }} />
          <Section title="Events">
            <EventTable of={id} about={(object) => JSON.stringify(object).includes(`"subscription":"${id}"`)} />
          </Section>
          {asking.value === 'update' && (
            <UpdateDialog subscription={subscription} products={products} onClose={close} />
          )}
          {asking.value === 'trial' && <TrialDialog subscription={subscription} onClose={close} />}
          {asking.value === 'pause' && <PauseDialog subscription={subscription} onClose={close} />}
          {asking.value === 'cancel' && (
            <CancelDialog subscription={subscription} plan={planText(subscription, products)} onClose={close} />
          )}
        </>
      )}
    </ObjectPage>
  );
}

function details(subscription: Stripe.Subscription): [string, VNode | string | null | undefined][] {
  const { customer } = subscription;
  const owner = typeof customer === 'string' ? customer : customer.id;
  const end = endOf(subscription);
  const period = periodEnd(subscription);
  return [
    ['Customer', <a href={href('customers', owner)}>{ownerName(subscription)}</a>],
    ['Schedule', linkTo('schedules', subscription.schedule)],
    ['Started', <StripeTime at={subscription.start_date} />],
    ['Period ends', period === null ? undefined : day(period * 1000)],
    ['Trial ends', subscription.trial_end === null ? undefined : day(subscription.trial_end * 1000)],
    [
      'Collection',
      subscription.pause_collection ? `paused: ${pausedInvoices[subscription.pause_collection.behavior]}` : undefined,
    ],
    ['Ends', end === null ? undefined : day(end * 1000)],
    ['Canceled', subscription.canceled_at === null ? undefined : <StripeTime at={subscription.canceled_at} />],
    ['Ended', subscription.ended_at === null ? undefined : <StripeTime at={subscription.ended_at} />],
  ];
}

const pausedInvoices: Readonly<Record<string, string>> = {
  keep_as_draft: 'invoices stay drafts',
  mark_uncollectible: 'invoices are marked uncollectible',
  void: 'invoices are voided',
};

const itemColumns = (products: ReadonlyMap<string, string>): readonly Column<Stripe.SubscriptionItem>[] => [
  {
    label: 'Product',
    cell: ({ price }) => {
      const id = typeof price.product === 'string' ? price.product : price.product.id;
      return <a href={href('products', id)}>{products.get(id) ?? id}</a>;
    },
  },
  { label: 'Price', cell: ({ price }) => priceText(price) },
  { label: 'Quantity', cell: (item) => String(item.quantity ?? 1), right: true },
  {
    label: 'Total',
    cell: ({ price, quantity }) => money((price.unit_amount ?? 0) * (quantity ?? 1), price.currency),
    right: true,
  },
  { label: 'ID', cell: (item) => <Id value={item.id} /> },
];

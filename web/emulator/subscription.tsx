import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Empty } from '../shared/empty.js';
import { Facts } from '../shared/facts.js';
import { useSending } from '../shared/form.js';
import { Id } from '../shared/id.js';
import { money, priceText } from '../shared/money.js';
import { day, StripeTime } from '../shared/moment.js';
import { Table, type Column } from '../shared/table.js';
import { toast } from '../shared/toast.js';
import { CancelDialog } from './cancel-dialog.js';
import { useEmulator } from './emulator.js';
import { EventTable } from './event-table.js';
import { useObject } from './loaded.js';
import { Head, ObjectPage, Section } from './object-page.js';
import { href } from './route.js';
import { endOf, ownerName, periodEnd, planText, Status, useProductNames } from './subscriptions.js';

/** One subscription with its items; the place to cancel and to resume it. */
export function Subscription({ id }: { id: string }): VNode {
  const loaded = useObject<Stripe.Subscription>(`/v1/subscriptions/${id}`, ['subscription', 'customer'], {
    expand: ['customer'],
  });
  const products = useProductNames();
  const canceling = useSignal(false);
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
            actions={<Actions subscription={subscription} onCancel={() => (canceling.value = true)} />}
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
          <Section title="Events">
            <EventTable
              about={(object) => object['id'] === id || JSON.stringify(object).includes(`"subscription":"${id}"`)}
            />
          </Section>
          {canceling.value && (
            <CancelDialog
              subscription={subscription}
              plan={planText(subscription, products)}
              onClose={() => (canceling.value = false)}
            />
          )}
        </>
      )}
    </ObjectPage>
  );
}

function Actions({
  subscription,
  onCancel,
}: {
  subscription: Stripe.Subscription;
  onCancel: () => void;
}): VNode | null {
  const { api } = useEmulator();
  const sending = useSending();
  if (subscription.status === 'canceled' || subscription.status === 'incomplete_expired') return null;
  const resume = (): void =>
    sending.run(async () => {
      // Stripe keeps a planned end in one of two fields, and each is taken back in its own way.
      const params = subscription.cancel_at_period_end ? { cancel_at_period_end: false } : { cancel_at: null };
      await api
        .post(`/v1/subscriptions/${subscription.id}`, params)
        .then(() => toast('The subscription goes on'))
        .catch((thrown: Error) => toast(thrown.message, 'bad'));
    });
  return (
    <>
      {endOf(subscription) !== null && (
        <button type="button" class="button" disabled={sending.busy.value} onClick={resume}>
          Resume subscription
        </button>
      )}
      <button type="button" class="button danger" onClick={onCancel}>
        Cancel subscription
      </button>
    </>
  );
}

function details(subscription: Stripe.Subscription): [string, VNode | string | null | undefined][] {
  const { customer } = subscription;
  const owner = typeof customer === 'string' ? customer : customer.id;
  const end = endOf(subscription);
  const period = periodEnd(subscription);
  return [
    ['Customer', <a href={href('customers', owner)}>{ownerName(subscription)}</a>],
    ['Started', <StripeTime at={subscription.start_date} />],
    ['Period ends', period === null ? undefined : day(period * 1000)],
    ['Trial ends', subscription.trial_end === null ? undefined : day(subscription.trial_end * 1000)],
    ['Will end', end === null ? undefined : day(end * 1000)],
    ['Canceled', subscription.canceled_at === null ? undefined : <StripeTime at={subscription.canceled_at} />],
    ['Ended', subscription.ended_at === null ? undefined : <StripeTime at={subscription.ended_at} />],
  ];
}

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
  { label: 'Id', cell: (item) => <Id value={item.id} /> },
];

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Empty } from '../shared/empty.js';
import { Id } from '../shared/id.js';
import { Moment, StripeTime } from '../shared/moment.js';
import { StatusPill } from '../shared/pill.js';
import type { Column } from '../shared/table.js';
import { own } from './api.js';
import type { Delivery } from './delivery.js';
import { ListPage } from './list-page.js';
import { useList, useLoaded } from './loaded.js';
import { href, type Route } from './route.js';
import { WebhookForm } from './webhook-form.js';

/** The list of webhook endpoints. */
export function Webhooks({ route }: { route: Route }): VNode {
  // No event tells of an endpoint; deliveries and our own return to the page do.
  const list = useList<Stripe.WebhookEndpoint>('/v1/webhook_endpoints', ['webhook_endpoint', 'delivery']);
  const deliveries = useLoaded('latest deliveries', ['delivery'], () =>
    own<{ data: readonly Delivery[] }>('/_emulator/deliveries?limit=500'),
  );
  const adding = useSignal(false);
  const add = (
    <button type="button" class="button primary" onClick={() => (adding.value = true)}>
      Add endpoint
    </button>
  );
  return (
    <>
      <ListPage
        title="Webhook endpoints"
        about="Where events are sent, signed"
        route={route}
        list={list}
        columns={columns(deliveries.value.value?.data ?? [])}
        text={(endpoint) => `${endpoint.url} ${endpoint.id}`}
        href={(endpoint) => href('webhooks', endpoint.id)}
        actions={add}
        empty={
          <Empty title="No webhook endpoints" action={add}>
            Events are made all the same; an endpoint has them brought to an address.
          </Empty>
        }
      />
      {adding.value && (
        <WebhookForm
          onClose={() => {
            adding.value = false;
            list.again();
          }}
        />
      )}
    </>
  );
}

function wantedEvents(endpoint: Stripe.WebhookEndpoint): string {
  const [first, ...more] = endpoint.enabled_events;
  if (first === '*') return 'every event';
  return more.length === 0 ? (first ?? 'none') : `${first} and ${more.length} more`;
}

const columns = (deliveries: readonly Delivery[]): readonly Column<Stripe.WebhookEndpoint>[] => [
  { label: 'Address', cell: (endpoint) => endpoint.url, by: (endpoint) => endpoint.url },
  { label: 'Status', cell: (endpoint) => <StatusPill status={endpoint.status} />, by: (endpoint) => endpoint.status },
  { label: 'Wants', cell: wantedEvents },
  {
    label: 'Last delivery',
    cell: (endpoint) => <Last delivery={deliveries.find((d) => d.endpoint === endpoint.id)} />,
  },
  { label: 'Id', cell: (endpoint) => <Id value={endpoint.id} /> },
  {
    label: 'Created',
    cell: (endpoint) => <StripeTime at={endpoint.created} />,
    by: (endpoint) => endpoint.created,
    right: true,
  },
];

function Last({ delivery }: { delivery: Delivery | undefined }): VNode {
  if (!delivery) return <span class="soft">–</span>;
  return (
    <>
      <StatusPill status={delivery.outcome} /> <Moment at={delivery.at} />
    </>
  );
}

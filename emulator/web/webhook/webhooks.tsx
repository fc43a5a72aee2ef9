import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Empty } from '../../../web/shared/empty.js';
import { Id } from '../../../web/shared/id.js';
import { Moment, StripeTime } from '../../../web/shared/moment.js';
import { StatusPill } from '../../../web/shared/pill.js';
import type { Column } from '../../../web/shared/table.js';
import { own } from '../api.js';
import type { Delivery } from './delivery.js';
import { ListPage, useSearch } from '../list-page.js';
import { useList, useLoaded } from '../loaded.js';
import { href, type Route } from '../route.js';
import { WebhookForm } from './webhook-form.js';

/** The list of webhook endpoints. */
export function Webhooks({ route }: { route: Route }): VNode {
  // No event reports a change of an endpoint; the list reloads after deliveries and when the form closes.
  const list = useList<Stripe.WebhookEndpoint>(
    '/v1/webhook_endpoints',
    ['webhook_endpoint', 'delivery'],
    {},
    useSearch(route),
  );
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
        about="Signed deliveries to your endpoints"
        route={route}
        list={list}
        columns={columns(deliveries.value.value?.data ?? [])}
        href={(endpoint) => href('webhooks', endpoint.id)}
        actions={add}
        empty={
          <Empty title="No webhook endpoints" action={add}>
            Events are recorded either way. Add an endpoint to receive them.
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
  if (first === '*') return 'All';
  return more.length === 0 ? (first ?? 'None') : `${first} and ${more.length} more`;
}

const columns = (deliveries: readonly Delivery[]): readonly Column<Stripe.WebhookEndpoint>[] => [
  { label: 'URL', cell: (endpoint) => endpoint.url, by: (endpoint) => endpoint.url },
  { label: 'Status', cell: (endpoint) => <StatusPill status={endpoint.status} />, by: (endpoint) => endpoint.status },
  { label: 'Events', cell: wantedEvents },
  {
    label: 'Last delivery',
    cell: (endpoint) => <Last delivery={deliveries.find((d) => d.endpoint === endpoint.id)} />,
  },
  { label: 'ID', cell: (endpoint) => <Id value={endpoint.id} /> },
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

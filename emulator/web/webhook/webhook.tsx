import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Facts } from '../../../web/shared/facts.js';
import { useSubmission } from '../../../web/shared/form.js';
import { Id } from '../../../web/shared/id.js';
import { StripeTime } from '../../../web/shared/moment.js';
import { StatusPill } from '../../../web/shared/pill.js';
import { toast } from '../../../web/shared/toast.js';
import { own } from '../api.js';
import { Confirm } from '../confirm.js';
import type { Delivery } from './delivery.js';
import { DeliveryTable } from './delivery-table.js';
import { useEmulator } from '../emulator.js';
import { useLoaded, useObject } from '../loaded.js';
import { Head, ObjectPage, Section } from '../object-page.js';
import { RollDialog } from './roll-dialog.js';
import { href } from '../route.js';
import { WebhookForm } from './webhook-form.js';

type Open = 'edit' | 'roll' | 'delete' | null;

/** One webhook endpoint and its deliveries. */
export function Webhook({ id }: { id: string }): VNode {
  const open = useSignal<Open>(null);
  const loaded = useObject<Stripe.WebhookEndpoint>(`/v1/webhook_endpoints/${id}`, []);
  return (
    <ObjectPage back={{ href: href('webhooks'), text: 'Webhook endpoints' }} loaded={loaded}>
      {(endpoint) => (
        <>
          <Head
            title={endpoint.url}
            under={
              <>
                <StatusPill status={endpoint.status} /> <Id value={endpoint.id} />
              </>
            }
            json={endpoint.id}
            actions={<Actions endpoint={endpoint} onOpen={(what) => (open.value = what)} onChanged={loaded.again} />}
          />
          <Section title="Details">
            <div class="card">
              <Facts
                rows={[
                  ['Events', endpoint.enabled_events.map((type) => (type === '*' ? 'All' : type)).join(', ')],
                  ['API version', endpoint.api_version ?? 'Account default'],
                  ['Created', <StripeTime at={endpoint.created} />],
                ]}
              />
            </div>
          </Section>
          <Deliveries endpoint={id} />
          <Dialog endpoint={endpoint} open={open.value} onClose={() => (open.value = null)} onChanged={loaded.again} />
        </>
      )}
    </ObjectPage>
  );
}

function Actions(props: {
  endpoint: Stripe.WebhookEndpoint;
  onOpen: (what: Open) => void;
  onChanged: () => void;
}): VNode {
  const { api } = useEmulator();
  const submission = useSubmission();
  const { endpoint, onOpen, onChanged } = props;
  const enabled = endpoint.status === 'enabled';
  const turn = (): void =>
    submission.run(async () => {
      await api
        .post(pathOf(endpoint), { disabled: enabled })
        .then(onChanged)
        .catch((thrown: Error) => toast(thrown.message, 'bad'));
    });
  return (
    <>
      <button type="button" class="button" onClick={() => onOpen('edit')}>
        Edit endpoint
      </button>
      <button type="button" class="button" onClick={() => onOpen('roll')}>
        Roll secret
      </button>
      <button type="button" class="button" disabled={submission.busy.value} onClick={turn}>
        {enabled ? 'Disable endpoint' : 'Enable endpoint'}
      </button>
      <button type="button" class="button danger" onClick={() => onOpen('delete')}>
        Delete endpoint
      </button>
    </>
  );
}

function Deliveries({ endpoint }: { endpoint: string }): VNode {
  const deliveries = useLoaded(`deliveries to ${endpoint}`, ['delivery'], () =>
    own<{ data: readonly Delivery[] }>('/_emulator/deliveries?limit=500'),
  );
  return (
    <Section title="Deliveries">
      <DeliveryTable
        rows={deliveries.value.value?.data.filter((delivery) => delivery.endpoint === endpoint)}
        failed={deliveries.failed.value}
        onRetry={deliveries.again}
        shows="event"
        none="Nothing has been sent to this endpoint yet"
      />
    </Section>
  );
}

function Dialog(props: {
  endpoint: Stripe.WebhookEndpoint;
  open: Open;
  onClose: () => void;
  onChanged: () => void;
}): VNode | null {
  const { api } = useEmulator();
  const { endpoint, open, onClose, onChanged } = props;
  if (open === 'roll') return <RollDialog endpoint={endpoint} onClose={onClose} />;
  if (open === 'edit') {
    const done = (): void => {
      onClose();
      onChanged();
    };
    return <WebhookForm endpoint={endpoint} onClose={done} />;
  }
  if (open === null) return null;
  return (
    <Confirm
      title={`Delete the endpoint ${endpoint.url}?`}
      confirm="Delete endpoint now"
      keep="Keep endpoint"
      onClose={onClose}
      onConfirm={async () => {
        await api.delete(pathOf(endpoint));
        toast('Endpoint deleted');
        location.assign(href('webhooks'));
      }}
    >
      <p>Events are no longer sent to it, and its signing secret is lost.</p>
    </Confirm>
  );
}

function pathOf({ id }: Stripe.WebhookEndpoint): string {
  return `/v1/webhook_endpoints/${id}`;
}

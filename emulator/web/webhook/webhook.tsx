import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Facts } from '../../../web/shared/facts.js';
import { useSending } from '../../../web/shared/form.js';
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

/** One webhook endpoint and its deliveries. */
export function Webhook({ id }: { id: string }): VNode {
  const { api } = useEmulator();
  const sending = useSending();
  const open = useSignal<'edit' | 'roll' | 'delete' | null>(null);
  const close = (): void => {
    open.value = null;
  };
  const path = `/v1/webhook_endpoints/${id}`;
  const loaded = useObject<Stripe.WebhookEndpoint>(path, []);
  const deliveries = useLoaded(`deliveries to ${id}`, ['delivery'], () =>
    own<{ data: readonly Delivery[] }>('/_emulator/deliveries?limit=500'),
  );
  const turn = (disabled: boolean): void =>
    sending.run(async () => {
      await api
        .post(path, { disabled })
        .then(loaded.again)
        .catch((thrown: Error) => toast(thrown.message, 'bad'));
    });
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
            actions={
              <>
                <button type="button" class="button" onClick={() => (open.value = 'edit')}>
                  Edit endpoint
                </button>
                <button type="button" class="button" onClick={() => (open.value = 'roll')}>
                  Roll secret
                </button>
                <button
                  type="button"
                  class="button"
                  disabled={sending.busy.value}
                  onClick={() => turn(endpoint.status === 'enabled')}
                >
                  {endpoint.status === 'enabled' ? 'Disable endpoint' : 'Enable endpoint'}
                </button>
                <button type="button" class="button danger" onClick={() => (open.value = 'delete')}>
                  Delete endpoint
                </button>
              </>
            }
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
          <Section title="Deliveries">
            <DeliveryTable
              rows={deliveries.value.value?.data.filter((delivery) => delivery.endpoint === id)}
              failed={deliveries.failed.value}
              onRetry={deliveries.again}
              shows="event"
              none="Nothing has been sent to this endpoint yet"
            />
          </Section>
          {open.value === 'roll' && <RollDialog endpoint={endpoint} onClose={close} />}
          {open.value === 'edit' && (
            <WebhookForm
              endpoint={endpoint}
              onClose={() => {
                close();
                loaded.again();
              }}
            />
          )}
          {open.value === 'delete' && (
            <Confirm
              title={`Delete the endpoint ${endpoint.url}?`}
              confirm="Delete endpoint now"
              keep="Keep endpoint"
              onClose={close}
              onConfirm={async () => {
                await api.delete(path);
                toast('Endpoint deleted');
                location.assign(href('webhooks'));
              }}
            >
              <p>Events are no longer sent to it, and its signing secret is lost.</p>
            </Confirm>
          )}
        </>
      )}
    </ObjectPage>
  );
}

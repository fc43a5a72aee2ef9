import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Facts } from '../../../web/shared/facts.js';
import { useSubmission } from '../../../web/shared/form.js';
import { Id } from '../../../web/shared/id.js';
import { CopyJson, JsonView } from '../../../web/shared/json-view.js';
import { StripeTime } from '../../../web/shared/moment.js';
import { toast } from '../../../web/shared/toast.js';
import { own } from '../api.js';
import type { Delivery } from '../webhook/delivery.js';
import { DeliveryTable } from '../webhook/delivery-table.js';
import { useEmulator } from '../emulator.js';
import { idOf, objectOf } from './event-table.js';
import { hrefOf } from '../object-href.js';
import { useLoaded, useObject } from '../loaded.js';
import { Head, ObjectPage, Section } from '../object-page.js';
import { href } from '../route.js';

/** One event, with the object that changed and every try to deliver it. */
export function Event({ id }: { id: string }): VNode {
  const { api } = useEmulator();
  const submission = useSubmission();
  const loaded = useObject<Stripe.Event>(`/v1/events/${id}`, []);
  const deliveries = useLoaded(`deliveries of ${id}`, ['delivery'], () =>
    own<{ data: readonly Delivery[] }>(`/_emulator/deliveries?event=${encodeURIComponent(id)}&limit=50`),
  );
  const resend = (): void =>
    submission.run(async () => {
      await api
        .post(`/v1/events/${id}/retry`)
        .then(() => toast('Resent'))
        .catch((thrown: Error) => toast(thrown.message, 'bad'));
    });
  return (
    <ObjectPage back={{ href: href('events'), text: 'Events' }} loaded={loaded}>
      {(event) => (
        <>
          <Head
            title={event.type}
            under={<Id value={event.id} />}
            actions={
              <button type="button" class="button" disabled={submission.busy.value} onClick={resend}>
                Resend
              </button>
            }
          />
          <Section title="Details">
            <div class="card">
              <Facts
                rows={[
                  ['Object', <ObjectLink event={event} />],
                  ['Created', <StripeTime at={event.created} />],
                  ['API version', event.api_version ?? '–'],
                  [
                    'Caused by',
                    event.request?.id ? (
                      <a href={href('requests', event.request.id)}>{event.request.id}</a>
                    ) : (
                      'The emulator'
                    ),
                  ],
                ]}
              />
            </div>
          </Section>
          <Section title="Deliveries">
            <DeliveryTable
              rows={deliveries.value.value?.data}
              failed={deliveries.failed.value}
              onRetry={deliveries.again}
              shows="endpoint"
              none="No enabled endpoint subscribes to this event"
            />
          </Section>
          <Section title="Payload" action={<CopyJson value={event} />}>
            <JsonView value={event} was={{ data: { object: event.data.previous_attributes } }} />
          </Section>
        </>
      )}
    </ObjectPage>
  );
}

function ObjectLink({ event }: { event: Stripe.Event }): VNode {
  const id = idOf(event);
  return <a href={hrefOf({ object: String(objectOf(event)['object']), id })}>{id}</a>;
}

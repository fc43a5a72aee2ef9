import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type { EventViewJson } from '../../../src/http/console/answers.js';
import { Empty } from '../../shared/empty.js';
import { Facts } from '../../shared/facts.js';
import { useSubmission } from '../../shared/form.js';
import { Id } from '../../shared/id.js';
import { JsonView } from '../../shared/json-view.js';
import { Moment } from '../../shared/moment.js';
import { href } from '../../shared/route.js';
import { Failed } from '../../shared/table.js';
import { toast } from '../../shared/toast.js';
import { ask, mayAct, tell } from '../api.js';
import { Confirm } from '../confirm.js';
import { useFetched } from '../load.js';
import { plural, time } from '../words.js';
import { Way } from './way.js';

/** One event: its way from Stripe to the row, and its payload. */
export function EventPage({ id }: { id: string }): VNode {
  const view = useFetched(id, () => ask<EventViewJson | null>('/event', { id }), 3_000);
  const replaying = useSubmission();
  const known = view.value.value;
  if (known === undefined && view.failed.value !== null)
    return <Failed reason={view.failed.value} onRetry={view.again} />;
  if (known === undefined) return <p class="page soft">Reading …</p>;
  if (known === null) return <Unknown id={id} />;
  const { event } = known;
  return (
    <div class="page">
      <header class="head">
        <div class="fill">
          <h1>{event.type}</h1>
          <p>
            <Id value={event.id} />
          </p>
        </div>
        {mayAct() && (
          <button
            type="button"
            class="button"
            disabled={replaying.busy.value}
            onClick={() =>
              replaying.run(async () => {
                const { hinted } = await tell<{ hinted: number }>('/event/replay', { id });
                toast(`${plural(hinted, 'object')} will be read again`);
                view.again();
              })
            }
          >
            Replay
          </button>
        )}
      </header>
      {replaying.error.value !== null && (
        <p class="form-error" role="alert">
          {replaying.error.value}
        </p>
      )}
      <Way view={known} />
      <section class="section" aria-label="Details">
        <h2>Details</h2>
        <div class="card">
          <Facts
            rows={[
              ['Object', event.objectId && <a href={href('objects', event.objectId)}>{event.objectId}</a>],
              ['Account', `${event.account}, ${event.livemode ? 'live' : 'test'} mode`],
              ['API version', event.apiVersion],
              ['Happened', <Moment at={time(event.createdAt)} />],
              ['Received', <Moment at={time(event.receivedAt)} />],
            ]}
          />
        </div>
      </section>
      <Payload id={id} />
    </div>
  );
}

function Unknown({ id }: { id: string }): VNode {
  return (
    <Empty title="The inbox does not have this event">
      {`${id} never came, or it is older than the inbox. lockstep replay --event ${id} fetches it from Stripe, which keeps events for 30 days.`}
    </Empty>
  );
}

/** Hidden until somebody asks for it, and without personal data until somebody says why. */
function Payload({ id }: { id: string }): VNode {
  const payload = useSignal<unknown>(undefined);
  const isAsking = useSignal(false);
  const submission = useSubmission();
  return (
    <section class="section" aria-label="Payload">
      <div class="toolbar">
        <h2>Payload</h2>
        <span class="fill" />
        {payload.value === undefined && (
          <button
            type="button"
            class="button slim"
            disabled={submission.busy.value}
            onClick={() => submission.run(async () => void (payload.value = await ask('/event/payload', { id })))}
          >
            Show payload
          </button>
        )}
        {mayAct() && (
          <button type="button" class="button slim" onClick={() => (isAsking.value = true)}>
            Show personal data
          </button>
        )}
        {payload.value !== undefined && (
          <button type="button" class="button slim" onClick={() => download(id, payload.value)}>
            Download
          </button>
        )}
      </div>
      {submission.error.value !== null && (
        <p class="form-error" role="alert">
          {submission.error.value}
        </p>
      )}
      {payload.value === undefined ? (
        <p class="soft">Hidden. It is as it was stored: without secrets.</p>
      ) : (
        <JsonView value={payload.value} />
      )}
      {isAsking.value && (
        <Confirm
          title={`Show personal data of ${id}`}
          text="The audit notes that you looked at it. What you download has it too."
          button="Show"
          onClose={() => (isAsking.value = false)}
          onConfirm={async (note) => void (payload.value = await tell('/event/reveal', { id, note }))}
        />
      )}
    </section>
  );
}

function download(id: string, value: unknown): void {
  const address = URL.createObjectURL(new Blob([JSON.stringify(value, null, 2)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `${id}.json`;
  link.click();
  URL.revokeObjectURL(address);
}

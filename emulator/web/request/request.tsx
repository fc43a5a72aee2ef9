import type { VNode } from 'preact';
import { Facts } from '../../../web/shared/facts.js';
import { Id } from '../../../web/shared/id.js';
import { CopyJson, JsonView } from '../../../web/shared/json-view.js';
import { Moment } from '../../../web/shared/moment.js';
import { own } from '../api.js';
import { EventTable } from '../event/event-table.js';
import { labelOf } from '../fault/fault-words.js';
import { useLoaded } from '../loaded.js';
import { Head, ObjectPage, Section } from '../object-page.js';
import { readable, type WholeRequest } from './request-row.js';
import { Answered } from './requests.js';
import { href } from '../route.js';

/** One API request, with its body, its response, and the events it caused. */
export function Request({ id }: { id: string }): VNode {
  const loaded = useLoaded(`request ${id}`, [], () =>
    own<WholeRequest>(`/_emulator/requests/${encodeURIComponent(id)}`),
  );
  return (
    <ObjectPage back={{ href: href('requests'), text: 'Requests' }} loaded={loaded}>
      {(request) => (
        <>
          <Head
            title={`${request.verb} ${request.path}`}
            under={
              <>
                <Answered {...request} /> <Id value={request.id} />
              </>
            }
          />
          <Section title="Details">
            <div class="card">
              <Facts
                rows={[
                  ['Error', request.error ?? undefined],
                  [
                    'Injected by',
                    request.fault === null ? undefined : <a href={href('faults')}>{labelOf(request.fault)}</a>,
                  ],
                  ['Sent by', request.dashboard ? 'This dashboard' : 'An app, through the API'],
                  ['Account', request.account ?? undefined],
                  ['Idempotency key', request.idempotency_key ?? undefined],
                  ['Duration', `${request.ms} ms`],
                  ['Time', <Moment at={request.at} />],
                ]}
              />
            </div>
          </Section>
          {request.sent !== '' && <Shown title="Request" text={request.sent} />}
          <Shown title="Response" text={request.answer} />
          <Section title="Events">
            <EventTable about={(_, event) => event.request?.id === id} />
          </Section>
        </>
      )}
    </ObjectPage>
  );
}

function Shown({ title, text }: { title: string; text: string }): VNode {
  const value = readable(text);
  return (
    <Section title={title} action={<CopyJson value={value} />}>
      {typeof value === 'string' ? <pre class="json">{value}</pre> : <JsonView value={value} />}
    </Section>
  );
}

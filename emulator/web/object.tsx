import type { VNode } from 'preact';
import { Id } from '../../web/shared/id.js';
import { CopyJson, JsonView } from '../../web/shared/json-view.js';
import { own } from './api.js';
import { EventTable } from './event/event-table.js';
import { useLoaded } from './loaded.js';
import { hrefOf, viewOf } from './object-href.js';
import { Head, ObjectPage, Section } from './object-page.js';
import { href } from './route.js';

type AnyObject = Readonly<Record<string, unknown>> & { object: string; id: string };

/** Any object as JSON, with its events. */
export function AnyObject({ id }: { id: string }): VNode {
  const loaded = useLoaded(`object ${id}`, ['event'], () =>
    own<AnyObject>(`/_emulator/objects/${encodeURIComponent(id)}`),
  );
  return (
    <ObjectPage back={{ href: href('events'), text: 'Events' }} loaded={loaded}>
      {(object) => (
        <>
          <Head
            title={object.object.replaceAll(/[._]/g, ' ')}
            under={
              <>
                <Id value={id} />
                {viewOf(object.object) !== undefined && <a href={hrefOf(object)}>Open page</a>}
              </>
            }
          />
          <Section title="Object" action={<CopyJson value={object} />}>
            <JsonView value={object} />
          </Section>
          <Section title="Events">
            <EventTable of={id} />
          </Section>
        </>
      )}
    </ObjectPage>
  );
}

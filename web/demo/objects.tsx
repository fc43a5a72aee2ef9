import type { VNode } from 'preact';
import { Empty } from '../shared/empty.js';
import { Id } from '../shared/id.js';
import { exact } from '../shared/moment.js';
import { useFlash } from './flash.js';
import type { DemoState, DemoRow, DemoFields } from '../../src/demo/side-by-side/state.js';
import { grouped, plural, rowText } from './words.js';

/**
 * A row for each object: on the left as Stripe has it, on the right as the database has it. Without a connection, the
 * rows are grey: they show what was known last.
 */
export function Objects({ state, connected }: { state: DemoState; connected: boolean }): VNode {
  return (
    <section class={`objects ${connected ? '' : 'lost'}`}>
      <div role="table" aria-label="Objects side by side">
        <div role="rowgroup">
          <div class="row titles" role="row">
            <span role="columnheader">Object</span>
            <span role="columnheader">
              {state.mode === 'emulator' ? 'Stripe (local emulator)' : 'Stripe (test mode)'}
            </span>
            <span class="link" aria-hidden="true" />
            <span role="columnheader">Your database</span>
          </div>
        </div>
        {grouped(state.rows).map(([type, rows]) => (
          <div class="group" key={type} role="rowgroup" aria-label={plural(type)}>
            <div class="group-title" role="row">
              <span role="columnheader" aria-colspan={3}>
                {plural(type)}
              </span>
            </div>
            {rows.map((row) => (
              <ObjectRow key={row.id} row={row} connected={connected} />
            ))}
          </div>
        ))}
      </div>
      {state.rows.length === 0 && (
        <Empty title="Nothing on either side yet">
          Create a customer or a product in the dashboard. It appears on the left, then on the right.
        </Empty>
      )}
    </section>
  );
}

function ObjectRow({ row, connected }: { row: DemoRow; connected: boolean }): VNode {
  const known = rowText(row);
  const inStep = connected && known.inStep;
  const text = connected ? known.text : 'not known now';
  const differs = new Set(connected ? row.differs : []);
  return (
    <div class={`row ${inStep || !connected ? '' : 'off'}`} role="row" data-id={row.id} data-in-step={String(inStep)}>
      <div class="what" role="rowheader">
        <strong>{row.label}</strong>
        <Id value={row.id} />
        <span class="how" title={row.provenAt === null ? '' : `Proven ${exact(Date.parse(row.provenAt))}`}>
          {text}
        </span>
      </div>
      <SideCell side={row.stripe} differs={differs} name="Stripe" none="Not in Stripe" />
      <span class="link" aria-hidden="true">
        {!connected ? '?' : inStep ? '=' : '≠'}
      </span>
      <SideCell side={row.database} differs={differs} name="Database" none="Not in the database" />
    </div>
  );
}

function SideCell(props: { side: DemoFields | null; differs: ReadonlySet<string>; name: string; none: string }): VNode {
  const flash = useFlash(JSON.stringify(props.side));
  return (
    <div class={`side-cell ${flash}`} role="cell" aria-label={props.name}>
      {props.side === null ? (
        <span class="none">{props.none}</span>
      ) : (
        <dl>
          {Object.entries(props.side).map(([field, value]) => (
            <div key={field} class={props.differs.has(field) ? 'pair differs' : 'pair'}>
              <dt>{field}</dt>
              <dd>{value ?? <span class="soft">–</span>}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

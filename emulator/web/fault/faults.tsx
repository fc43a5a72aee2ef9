import type { VNode } from 'preact';
import { useSubmission } from '../../../web/shared/form.js';
import { Failed } from '../../../web/shared/table.js';
import { own } from '../api.js';
import { DeliveryTable } from '../webhook/delivery-table.js';
import type { Delivery } from '../webhook/delivery.js';
import { FaultRow } from './fault-row.js';
import { faultGroups, isOn, type FaultState } from './fault-words.js';
import { useLoaded } from '../loaded.js';
import { Section } from '../object-page.js';

/** Switches for simulated failures, to see how the receiver handles them. */
export function Faults(): VNode {
  const submission = useSubmission();
  const loaded = useLoaded('faults', ['state'], () => own<FaultState>('/_emulator/faults'));
  const deliveries = useLoaded('lost', ['delivery'], () =>
    own<{ data: readonly Delivery[] }>('/_emulator/deliveries?limit=500'),
  );
  const state = loaded.value.value;
  const set = (changes: FaultState): void =>
    submission.run(async () => {
      await own('/_emulator/faults', changes);
      loaded.again();
    });
  const on = state === undefined ? [] : Object.keys(state).filter((name) => isOn(name, state));
  return (
    <div class="object-page">
      <header class="head">
        <div class="fill">
          <h1>Faults</h1>
          <p class="soft">Simulate network and API failures</p>
        </div>
        {on.length > 0 && (
          <button
            type="button"
            class="button"
            disabled={submission.busy.value}
            onClick={() => set(Object.fromEntries(on.map((name) => [name, 0])))}
          >
            Turn all off
          </button>
        )}
      </header>
      {loaded.failed.value !== null && <Failed reason={loaded.failed.value} onRetry={loaded.again} />}
      {submission.error.value !== null && (
        <p class="form-error" role="alert">
          {submission.error.value}
        </p>
      )}
      {faultGroups(state ?? {}).map(({ title, faults }) => (
        <Section key={title} title={title}>
          <ul class="card fault-list">
            {faults.map((fault) => (
              <FaultRow key={fault.name} fault={fault} state={state} disabled={submission.busy.value} onSet={set} />
            ))}
          </ul>
        </Section>
      ))}
      <Section title="Lost deliveries">
        <DeliveryTable
          rows={deliveries.value.value?.data.filter((delivery) => delivery.outcome === 'dropped')}
          failed={deliveries.failed.value}
          onRetry={deliveries.again}
          shows="event"
          none="No lost deliveries"
        />
      </Section>
    </div>
  );
}

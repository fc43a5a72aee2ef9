import type { VNode } from 'preact';
import { Switch } from '../shared/field.js';
import { useSending } from '../shared/form.js';
import { Failed } from '../shared/table.js';
import { own } from './api.js';
import { DeliveryTable } from './delivery-table.js';
import type { Delivery } from './delivery.js';
import { useLoaded } from './loaded.js';
import { Section } from './object-page.js';

interface FaultState {
  readonly lose_every: number;
}

/** Troubles to switch on, to see what the receiver makes of them. */
export function Faults(): VNode {
  const sending = useSending();
  // Another page may turn the switch too; the next delivery shows it.
  const loaded = useLoaded('faults', ['delivery', 'event'], () => own<FaultState>('/_emulator/faults'));
  const deliveries = useLoaded('lost', ['delivery'], () =>
    own<{ data: readonly Delivery[] }>('/_emulator/deliveries?limit=500'),
  );
  const every = loaded.value.value?.lose_every ?? 0;
  return (
    <div class="object-page">
      <header class="head">
        <div class="fill">
          <h1>Faults</h1>
          <p class="soft">Trouble on purpose: what the real network does now and then</p>
        </div>
      </header>
      {loaded.failed.value !== null ? (
        <Failed reason={loaded.failed.value} onRetry={loaded.again} />
      ) : (
        <div class="card fault">
          <Switch
            label="Lose every second webhook"
            on={every > 0}
            disabled={sending.busy.value || loaded.value.value === undefined}
            onToggle={(on) =>
              sending.run(async () => {
                await own('/_emulator/faults', { lose_every: on ? 2 : 0 });
                loaded.again();
              })
            }
          />
          <p class="soft">
            {every === 0
              ? 'Off: every event is delivered, and tried again when the receiver fails.'
              : `On: every ${ordinal(every)} delivery vanishes without a trace – no try, no retry.`}
          </p>
          {sending.error.value !== null && (
            <p class="form-error" role="alert">
              {sending.error.value}
            </p>
          )}
        </div>
      )}
      <Section title="Lost deliveries">
        <DeliveryTable
          rows={deliveries.value.value?.data.filter((delivery) => delivery.outcome === 'dropped')}
          failed={deliveries.failed.value}
          onRetry={deliveries.again}
          shows="event"
          none="Nothing has been lost"
        />
      </Section>
    </div>
  );
}

function ordinal(n: number): string {
  return n === 2 ? 'second' : n === 3 ? 'third' : `${n}th`;
}

import type { VNode } from 'preact';
import { request } from '../shared/request.js';
import { Switch } from '../shared/field.js';
import { useSubmission } from '../shared/form.js';
import { clock } from '../shared/moment.js';
import type { DemoState } from '../../src/demo/side-by-side/state.js';
import { duration, sweepText } from './words.js';

/** The fault switch, and the sweep that repairs its effects. */
export function Controls({ state }: { state: DemoState }): VNode {
  const fault = useSubmission();
  const sweep = useSubmission();
  const wrong = fault.error.value ?? sweep.error.value;
  return (
    <section class="controls" aria-label="Fault and sweep">
      {state.fault && (
        <Switch
          label="Drop every second webhook"
          on={state.fault.loseEverySecondWebhook}
          disabled={fault.busy.value}
          onToggle={(on) =>
            fault.run(async () => {
              await request('/demo/api/fault', { loseEverySecondWebhook: on });
            })
          }
        />
      )}
      <div class="sweep">
        <button
          type="button"
          class="button"
          disabled={sweep.busy.value || state.sweep.running}
          onClick={() =>
            sweep.run(async () => {
              await request('/demo/api/sweep', {});
            })
          }
        >
          Sweep now
        </button>
        <span class="soft small" role="status" aria-label="Last sweep">
          {sweepText(state.sweep, clock)}
          {state.sweep.lastAt !== null && !state.sweep.running && (
            <span class="every"> · every {duration(state.sweep.everySeconds)}</span>
          )}
        </span>
      </div>
      {wrong !== null && (
        <p class="form-error" role="alert">
          {wrong}
        </p>
      )}
    </section>
  );
}

import { useSignal, type Signal } from '@preact/signals';
import type { VNode } from 'preact';
import type { JobJson } from '../../../src/http/console/answers.js';
import { Dialog } from '../../shared/dialog.js';
import { Form, useSubmission } from '../../shared/form.js';
import { toast } from '../../shared/toast.js';
import { tell } from '../api.js';

/** Asks for the types, and starts the work. */
export function StartJob(props: { kind: JobJson['kind']; onClose: () => void; onStarted: () => void }): VNode {
  const { kind } = props;
  const types = useSignal('');
  const note = useSignal('');
  const repair = useSignal(false);
  const submission = useSubmission();
  return (
    <Dialog title={titles[kind]} onClose={props.onClose}>
      <Form
        submission={submission}
        submit="Start"
        onCancel={props.onClose}
        onSubmit={async () => {
          const named = types.value.split(/[\s,]+/).filter((type) => type !== '');
          const body = { kind, types: named, note: note.value, ...(kind === 'verify' ? { repair: repair.value } : {}) };
          await tell('/jobs/start', body);
          toast('Started');
          props.onStarted();
          props.onClose();
        }}
      >
        <p class="soft">{abouts[kind]}</p>
        <div class="field">
          <label htmlFor="types">Types</label>
          <input
            id="types"
            class="input"
            value={types.value}
            placeholder="customers subscriptions"
            spellcheck={false}
            onInput={(event) => (types.value = event.currentTarget.value)}
            aria-describedby="types-hint"
          />
          <p class="hint" id="types-hint">
            Separated by spaces. Empty: every type.
          </p>
        </div>
        {kind === 'verify' && <Repair value={repair} />}
        <div class="field">
          <label htmlFor="why">Note</label>
          <input
            id="why"
            class="input"
            maxLength={500}
            value={note.value}
            onInput={(event) => (note.value = event.currentTarget.value)}
          />
        </div>
      </Form>
    </Dialog>
  );
}

function Repair({ value }: { value: Signal<boolean> }): VNode {
  return (
    <label class="choice">
      <input type="checkbox" checked={value.value} onChange={(event) => (value.value = event.currentTarget.checked)} />
      Read what differs from Stripe again and fix it
    </label>
  );
}

const titles = { backfill: 'Start a backfill', sweep: 'Start a sweep', verify: 'Start verify' } as const;
const abouts = {
  backfill: 'Loads everything that Stripe has. Resumes where the last one stopped, and is safe while webhooks arrive.',
  sweep: 'Lists the types at Stripe and repairs what differs. It cannot be stopped halfway through a type.',
  verify: 'Compares every object with Stripe and reports the differences by cause.',
} as const;

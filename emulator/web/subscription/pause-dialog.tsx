import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Dialog } from '../../../web/shared/dialog.js';
import { Choice } from '../../../web/shared/field.js';
import { Form, useSubmission } from '../../../web/shared/form.js';
import { toast } from '../../../web/shared/toast.js';
import { useEmulator } from '../emulator.js';
import { ownerName } from './subscriptions.js';

/** Pauses the collection of a subscription's invoices, or the subscription itself. */
export function PauseDialog(props: { subscription: Stripe.Subscription; onClose: () => void }): VNode {
  const { api } = useEmulator();
  const submission = useSubmission();
  const how = useSignal('keep_as_draft');
  const path = `/v1/subscriptions/${props.subscription.id}`;
  const pause = async (): Promise<void> => {
    if (how.value === 'all') await api.post(`${path}/pause`);
    else await api.post(path, { pause_collection: { behavior: how.value } });
    toast(how.value === 'all' ? 'Subscription paused' : 'Collection paused');
    props.onClose();
  };
  return (
    <Dialog title={`Pause the subscription of ${ownerName(props.subscription)}`} onClose={props.onClose}>
      <Form submission={submission} submit="Pause" onCancel={props.onClose} onSubmit={pause}>
        <fieldset class="field" aria-label="What to pause">
          {ways.map(([value, text]) => (
            <Choice key={value} name="pause" option={value} value={how}>
              {text}
            </Choice>
          ))}
        </fieldset>
      </Form>
    </Dialog>
  );
}

const ways = [
  ['keep_as_draft', 'Keep active; keep invoices as drafts'],
  ['mark_uncollectible', 'Keep active; mark invoices uncollectible'],
  ['void', 'Keep active; void invoices'],
  ['all', 'Pause the subscription; no invoices until it is resumed'],
] as const;

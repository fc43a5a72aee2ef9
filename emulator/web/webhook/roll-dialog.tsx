import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Dialog } from '../../../web/shared/dialog.js';
import { Choice } from '../../../web/shared/field.js';
import { Form, useSubmission } from '../../../web/shared/form.js';
import { own } from '../api.js';
import { SecretDialog } from './secret-dialog.js';

/** Gives an endpoint a new signing secret. The old one can stay valid for a while, so that no event is refused. */
export function RollDialog(props: { endpoint: Stripe.WebhookEndpoint; onClose: () => void }): VNode {
  const submission = useSubmission();
  const overlap = useSignal('86400');
  const secret = useSignal<string | null>(null);
  const roll = async (): Promise<void> => {
    const path = `/_emulator/roll_secret/${props.endpoint.id}`;
    secret.value = (await own<{ secret: string }>(path, { overlap_seconds: Number(overlap.value) })).secret;
  };
  if (secret.value !== null) {
    return <SecretDialog title="Secret rolled" secret={secret.value} onClose={props.onClose} />;
  }
  return (
    <Dialog title={`Roll the secret of ${props.endpoint.url}?`} onClose={props.onClose}>
      <Form
        submission={submission}
        submit="Roll secret now"
        danger
        cancel="Keep secret"
        onCancel={props.onClose}
        onSubmit={roll}
      >
        <fieldset class="field">
          <legend class="label">The old secret</legend>
          {overlaps.map(([seconds, text]) => (
            <Choice key={seconds} name="overlap" option={seconds} value={overlap}>
              {text}
            </Choice>
          ))}
        </fieldset>
      </Form>
    </Dialog>
  );
}

/** In seconds. Stripe keeps the old secret valid for a day at most. */
const overlaps = [
  ['86400', 'Keep it for 24 hours; both secrets sign'],
  ['3600', 'Keep it for one hour; both secrets sign'],
  ['0', 'Expire it now; receivers that have only the old secret reject new events'],
] as const;

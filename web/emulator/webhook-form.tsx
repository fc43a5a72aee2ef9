import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Dialog } from '../shared/dialog.js';
import { TextField } from '../shared/field.js';
import { Form, useSending } from '../shared/form.js';
import { Id } from '../shared/id.js';
import { useEmulator } from './emulator.js';

/** Adds a webhook endpoint and then shows its signing secret, the only time it can be seen. */
export function WebhookForm({ onClose }: { onClose: () => void }): VNode {
  const { api } = useEmulator();
  const sending = useSending();
  const url = useSignal('');
  const events = useSignal('*');
  const wrongUrl = useSignal<string | null>(null);
  const secret = useSignal<string | null>(null);

  const add = async (): Promise<void> => {
    wrongUrl.value = /^https?:\/\/\S+$/.test(url.value)
      ? null
      : 'An address such as http://127.0.0.1:4242/stripe-webhooks';
    if (wrongUrl.value !== null) return;
    const wanted = events.value.split(/[\s,]+/).filter(Boolean);
    const made = await api.post<Stripe.WebhookEndpoint>('/v1/webhook_endpoints', {
      url: url.value,
      enabled_events: wanted.length === 0 ? ['*'] : wanted,
    });
    secret.value = made.secret ?? '';
  };

  if (secret.value !== null) {
    return (
      <Dialog title="Endpoint added" onClose={onClose}>
        <p>
          Its signing secret, shown this once: put it into <code>STRIPE_WEBHOOK_SECRET</code> of the receiver.
        </p>
        <p>
          <Id value={secret.value} />
        </p>
        <div class="dialog-foot">
          <button type="button" class="button primary" onClick={onClose}>
            Done
          </button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title="Add a webhook endpoint" onClose={onClose}>
      <Form sending={sending} submit="Add endpoint" onCancel={onClose} onSubmit={add}>
        <TextField
          label="Address"
          inputMode="url"
          value={url}
          wrong={wrongUrl.value}
          focus
          placeholder="http://127.0.0.1:…"
        />
        <TextField label="Events" value={events} hint="Types separated by commas; * means every event" />
      </Form>
    </Dialog>
  );
}

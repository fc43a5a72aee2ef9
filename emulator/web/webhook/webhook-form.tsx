import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Dialog } from '../../../web/shared/dialog.js';
import { TextField } from '../../../web/shared/field.js';
import { focusCreated } from '../../../web/shared/focus.js';
import { Form, useSubmission } from '../../../web/shared/form.js';
import { toast } from '../../../web/shared/toast.js';
import { useEmulator } from '../emulator.js';
import { SecretDialog } from './secret-dialog.js';

/** Edits a webhook endpoint, or adds one and then shows its signing secret. */
export function WebhookForm(props: { endpoint?: Stripe.WebhookEndpoint; onClose: () => void }): VNode {
  const { endpoint, onClose } = props;
  const { api } = useEmulator();
  const submission = useSubmission();
  const url = useSignal(endpoint?.url ?? '');
  const events = useSignal(endpoint?.enabled_events.join(', ') ?? '*');
  const wrongUrl = useSignal<string | null>(null);
  const added = useSignal<Stripe.WebhookEndpoint | null>(null);

  const save = async (): Promise<void> => {
    wrongUrl.value = /^https?:\/\/\S+$/.test(url.value)
      ? null
      : 'Enter a URL such as http://127.0.0.1:4242/stripe-webhooks';
    if (wrongUrl.value !== null) return;
    const wanted = events.value.split(/[\s,]+/).filter(Boolean);
    const params = { url: url.value, enabled_events: wanted.length === 0 ? ['*'] : wanted };
    if (endpoint) {
      await api.post(`/v1/webhook_endpoints/${endpoint.id}`, params);
      toast('Endpoint saved');
      onClose();
    } else {
      added.value = await api.post<Stripe.WebhookEndpoint>('/v1/webhook_endpoints', params);
    }
  };

  if (added.value !== null) {
    const { id, secret = '' } = added.value;
    const close = (): void => {
      focusCreated(id);
      onClose();
    };
    return <SecretDialog title="Endpoint added" secret={secret} onClose={close} />;
  }
  return (
    <Dialog title={endpoint ? 'Edit the webhook endpoint' : 'Add a webhook endpoint'} onClose={onClose}>
      <Form
        submission={submission}
        submit={endpoint ? 'Save endpoint' : 'Add endpoint'}
        onCancel={onClose}
        onSubmit={save}
      >
        <TextField
          label="URL"
          inputMode="url"
          value={url}
          wrong={wrongUrl.value}
          focus
          placeholder="http://127.0.0.1:…"
        />
        <TextField label="Events" value={events} hint="Event types, separated by commas; * means all" />
      </Form>
    </Dialog>
  );
}

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { Dialog } from '../../../web/shared/dialog.js';
import { DateField, TextField } from '../../../web/shared/field.js';
import { focusCreated } from '../../../web/shared/focus.js';
import { Form, useSubmission } from '../../../web/shared/form.js';
import { present } from '../../../web/shared/moment.js';
import { toast } from '../../../web/shared/toast.js';
import { useEmulator } from '../emulator.js';

/** Creates a test clock. Customers that are created on it have its time. */
export function ClockForm({ onClose }: { onClose: () => void }): VNode {
  const { api } = useEmulator();
  const submission = useSubmission();
  const name = useSignal('');
  const start = useSignal(new Date(present()).toISOString().slice(0, 10));
  const wrong = useSignal<string | null>(null);
  const create = async (): Promise<void> => {
    const at = Date.parse(`${start.value}T12:00:00Z`) / 1000;
    wrong.value = Number.isFinite(at) ? null : 'Enter a date such as 2027-01-31';
    if (wrong.value !== null) return;
    const made = await api.post<{ id: string }>('/v1/test_helpers/test_clocks', {
      frozen_time: at,
      name: name.value.trim() || undefined,
    });
    toast('Test clock created');
    focusCreated(made.id);
    onClose();
  };
  return (
    <Dialog title="Create a test clock" onClose={onClose}>
      <Form submission={submission} submit="Create test clock" onCancel={onClose} onSubmit={create}>
        <TextField label="Name" value={name} focus />
        <DateField label="Start date" value={start} wrong={wrong.value} />
      </Form>
    </Dialog>
  );
}

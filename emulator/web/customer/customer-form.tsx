import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Dialog } from '../../../web/shared/dialog.js';
import { TextField } from '../../../web/shared/field.js';
import { Form, useSubmission } from '../../../web/shared/form.js';
import { toast } from '../../../web/shared/toast.js';
import { useEmulator } from '../emulator.js';
import { href } from '../route.js';

/** Creates a customer, or edits the given one. */
export function CustomerForm({ customer, onClose }: { customer?: Stripe.Customer; onClose: () => void }): VNode {
  const { api } = useEmulator();
  const submission = useSubmission();
  const name = useSignal(customer?.name ?? '');
  const email = useSignal(customer?.email ?? '');
  const wrongEmail = useSignal<string | null>(null);

  const save = async (): Promise<void> => {
    wrongEmail.value = email.value === '' || /^\S+@\S+$/.test(email.value) ? null : 'Enter an email address';
    if (wrongEmail.value !== null) return;
    const params = { name: name.value || null, email: email.value || null };
    if (customer) {
      await api.post(`/v1/customers/${customer.id}`, params);
      toast('Customer saved');
    } else {
      const set = Object.entries(params).filter(([, value]) => value !== null);
      const made = await api.post<Stripe.Customer>('/v1/customers', Object.fromEntries(set));
      toast(`Customer ${made.name ?? made.id} created`);
      location.assign(href('customers', made.id));
    }
    onClose();
  };

  return (
    <Dialog title={customer ? 'Edit customer' : 'Create customer'} onClose={onClose}>
      <Form submission={submission} submit={customer ? 'Save' : 'Create customer'} onCancel={onClose} onSubmit={save}>
        <TextField label="Name" value={name} focus />
        <TextField label="Email" inputMode="email" value={email} wrong={wrongEmail.value} />
      </Form>
    </Dialog>
  );
}

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Dialog } from '../../../web/shared/dialog.js';
import { SelectField } from '../../../web/shared/field.js';
import { focusCreated } from '../../../web/shared/focus.js';
import { Form, useSubmission } from '../../../web/shared/form.js';
import { money } from '../../../web/shared/money.js';
import { toast } from '../../../web/shared/toast.js';
import { own } from '../api.js';

/** Disputes a payment, as the bank of the customer would. */
export function DisputeForm({ payment, onClose }: { payment: Stripe.PaymentIntent; onClose: () => void }): VNode {
  const submission = useSubmission();
  const kind = useSignal('fraudulent');
  const amount = money(payment.amount_received, payment.currency);
  const dispute = async (): Promise<void> => {
    const { id } = await own<{ id: string }>(`/_emulator/dispute/${payment.id}`, { kind: kind.value });
    toast(`Payment of ${amount} disputed`);
    focusCreated(id);
    onClose();
  };
  return (
    <Dialog title={`Dispute ${amount}`} onClose={onClose}>
      <Form submission={submission} submit="Dispute payment" danger onCancel={onClose} onSubmit={dispute}>
        <p class="soft">The customer’s bank takes the money back and charges a fee. An inquiry asks first.</p>
        <SelectField label="Reason" value={kind} options={kinds} />
      </Form>
    </Dialog>
  );
}

const kinds = [
  ['fraudulent', 'Fraudulent'],
  ['product_not_received', 'Product not received'],
  ['noncompliant', 'Noncompliant'],
  ['inquiry', 'Inquiry, about fraud'],
] as const;

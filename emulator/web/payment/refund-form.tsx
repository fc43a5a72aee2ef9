import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Dialog } from '../../../web/shared/dialog.js';
import { SelectField, TextField } from '../../../web/shared/field.js';
import { Form, useSubmission } from '../../../web/shared/form.js';
import { decimal, minorUnits, money } from '../../../web/shared/money.js';
import { toast } from '../../../web/shared/toast.js';
import { useEmulator } from '../emulator.js';

/** Refunds a payment, fully or in part. */
export function RefundForm(props: { payment: Stripe.PaymentIntent; left: number; onClose: () => void }): VNode {
  const { api } = useEmulator();
  const { payment, left } = props;
  const { currency } = payment;
  const submission = useSubmission();
  const amount = useSignal(decimal(left, currency));
  const reason = useSignal('');
  const wrongAmount = useSignal<string | null>(null);

  const refund = async (): Promise<void> => {
    const units = minorUnits(amount.value, currency);
    const fits = units !== null && units > 0 && units <= left;
    wrongAmount.value = fits ? null : `Enter an amount up to ${money(left, currency)}`;
    if (!fits) return;
    await api.post('/v1/refunds', { payment_intent: payment.id, amount: units, reason: reason.value || undefined });
    toast(`${money(units, currency)} refunded`);
    props.onClose();
  };

  return (
    <Dialog title={`Refund ${money(payment.amount, currency)}`} onClose={props.onClose}>
      <Form submission={submission} submit="Refund" danger onCancel={props.onClose} onSubmit={refund}>
        <TextField
          label={`Amount (${currency.toUpperCase()})`}
          value={amount}
          wrong={wrongAmount.value}
          hint={`${money(left, currency)} can be refunded`}
          inputMode="decimal"
          focus
        />
        <SelectField label="Reason" value={reason} options={reasons} />
      </Form>
    </Dialog>
  );
}

const reasons = [
  ['', 'No reason'],
  ['requested_by_customer', 'Requested by the customer'],
  ['duplicate', 'Duplicate'],
  ['fraudulent', 'Fraudulent'],
] as const;

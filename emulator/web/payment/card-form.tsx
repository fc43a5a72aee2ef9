import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Dialog } from '../../../web/shared/dialog.js';
import { SelectField, Switch } from '../../../web/shared/field.js';
import { focusCreated } from '../../../web/shared/focus.js';
import { Form, useSubmission } from '../../../web/shared/form.js';
import { toast } from '../../../web/shared/toast.js';
import { customerName } from '../customer/customers.js';
import { useEmulator } from '../emulator.js';

/** Attaches one of Stripe's test cards to a customer. */
export function CardForm({ customer, onClose }: { customer: Stripe.Customer; onClose: () => void }): VNode {
  const { api } = useEmulator();
  const submission = useSubmission();
  const card = useSignal('pm_card_visa');
  const makeDefault = useSignal(true);
  const add = async (): Promise<void> => {
    const { id } = await api.post<Stripe.PaymentMethod>(`/v1/payment_methods/${card.value}/attach`, {
      customer: customer.id,
    });
    if (makeDefault.value)
      await api.post(`/v1/customers/${customer.id}`, { invoice_settings: { default_payment_method: id } });
    toast('Payment method added');
    focusCreated(id);
    onClose();
  };
  return (
    <Dialog title={`Add a payment method to ${customerName(customer)}`} onClose={onClose}>
      <Form submission={submission} submit="Add payment method" onCancel={onClose} onSubmit={add}>
        <SelectField label="Test card" value={card} options={cards} />
        <Switch label="Set as default" on={makeDefault.value} onToggle={(on) => (makeDefault.value = on)} />
      </Form>
    </Dialog>
  );
}

// https://docs.stripe.com/testing#cards
const cards = [
  ['pm_card_visa', 'Visa: every payment succeeds'],
  ['pm_card_mastercard', 'Mastercard: every payment succeeds'],
  ['pm_card_chargeCustomerFail', 'Attaches; every payment is declined'],
  ['pm_card_createDispute', 'Payments succeed and are disputed'],
  ['pm_card_authenticationRequired', 'Every payment asks for 3-D Secure'],
] as const;

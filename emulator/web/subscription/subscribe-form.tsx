import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import type Stripe from 'stripe';
import { Dialog } from '../../../web/shared/dialog.js';
import { Choice, SelectField } from '../../../web/shared/field.js';
import { Form, useSubmission } from '../../../web/shared/form.js';
import { priceText } from '../../../web/shared/money.js';
import { toast } from '../../../web/shared/toast.js';
import { customerName } from '../customer/customers.js';
import { useEmulator } from '../emulator.js';
import { useList } from '../loaded.js';

/** Creates a subscription for a customer, as Stripe's dashboard does. */
export function SubscribeForm({ customer, onClose }: { customer: Stripe.Customer; onClose: () => void }): VNode {
  const { api } = useEmulator();
  const submission = useSubmission();
  const prices = useList<Stripe.Price>('/v1/prices', ['price'], { active: true, expand: ['data.product'] });
  const picked = useSignal('');
  const pay = useSignal('card');
  const offered = (prices.value.value ?? []).filter((price) => price.recurring !== null);
  const methods = useList<Stripe.PaymentMethod>(`/v1/customers/${customer.id}/payment_methods`, ['payment_method']);
  const chosen = customer.invoice_settings.default_payment_method;
  const usual = (methods.value.value ?? []).find(
    ({ id }) => id === (typeof chosen === 'string' ? chosen : chosen?.id),
  )?.card;
  const first = offered[0]?.id;
  useEffect(() => {
    if (picked.value === '' && first !== undefined) picked.value = first;
  }, [first]);

  const subscribe = async (): Promise<void> => {
    const price = picked.value;
    if (price === '') throw new Error('No active recurring price. Create a product first.');
    const trial = offered.find(({ id }) => id === price)?.recurring?.trial_period_days;
    const common = { customer: customer.id, items: [{ price }], trial_from_plan: trial ? true : undefined };
    if (pay.value === 'card' && usual !== undefined) {
      await api.post('/v1/subscriptions', common);
    } else if (pay.value === 'card') {
      const card = await api.post<Stripe.PaymentMethod>('/v1/payment_methods/pm_card_visa/attach', {
        customer: customer.id,
      });
      await api.post('/v1/subscriptions', { ...common, default_payment_method: card.id });
    } else {
      await api.post('/v1/subscriptions', { ...common, payment_behavior: 'default_incomplete' });
    }
    toast(`${customerName(customer)} is subscribed`);
    onClose();
  };

  return (
    <Dialog title={`Create a subscription for ${customerName(customer)}`} onClose={onClose}>
      <Form submission={submission} submit="Create subscription" onCancel={onClose} onSubmit={subscribe}>
        <SelectField
          label="Price"
          value={picked}
          options={offered.map((offer) => [offer.id, `${productOf(offer)} – ${priceText(offer)}`])}
        />
        <fieldset class="field">
          <legend class="label">Payment</legend>
          <Choice name="pay" option="card" value={pay}>
            {usual === undefined
              ? 'Pay now with a test card (•••• 4242)'
              : `Pay now with the default card (•••• ${usual.last4})`}
          </Choice>
          <Choice name="pay" option="later" value={pay}>
            Leave unpaid
          </Choice>
        </fieldset>
      </Form>
    </Dialog>
  );
}

function productOf(price: Stripe.Price): string {
  return typeof price.product === 'object' && 'name' in price.product ? price.product.name : price.id;
}

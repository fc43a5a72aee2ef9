import { useSignal, type Signal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Dialog } from '../../../web/shared/dialog.js';
import { SelectField, TextField } from '../../../web/shared/field.js';
import { Form, useSubmission } from '../../../web/shared/form.js';
import { toast } from '../../../web/shared/toast.js';
import { useEmulator } from '../emulator.js';
import { useList } from '../loaded.js';
import { priceOptions } from '../product/price-name.js';
import { ownerName } from './subscriptions.js';

interface Draft {
  readonly id: string;
  readonly price: Signal<string>;
  readonly quantity: Signal<string>;
}

/** Changes the prices and quantities of a subscription, and how the change is prorated. */
export function UpdateDialog(props: {
  subscription: Stripe.Subscription;
  products: ReadonlyMap<string, string>;
  onClose: () => void;
}): VNode {
  const { api } = useEmulator();
  const { subscription, products } = props;
  const submission = useSubmission();
  const prices = useList<Stripe.Price>('/v1/prices', ['price'], { active: true });
  const drafts = subscription.items.data.map(({ id, price, quantity }) => ({
    id,
    price: useSignal(price.id),
    quantity: useSignal(String(quantity ?? 1)),
  }));
  const proration = useSignal('create_prorations');
  const wrong = useSignal<string | null>(null);

  const save = async (): Promise<void> => {
    const whole = drafts.every(({ quantity }) => /^\d{1,6}$/.test(quantity.value.trim()));
    wrong.value = whole ? null : 'Enter a whole number';
    if (!whole) return;
    await api.post(`/v1/subscriptions/${subscription.id}`, {
      items: drafts.map(({ id, price, quantity }) => ({ id, price: price.value, quantity: Number(quantity.value) })),
      proration_behavior: proration.value,
    });
    toast('Subscription updated');
    props.onClose();
  };

  const productOf = ({ product }: Stripe.Price): string => {
    const id = typeof product === 'string' ? product : product.id;
    return products.get(id) ?? id;
  };
  const offered = (prices.value.value ?? []).filter(({ recurring }) => recurring !== null);
  return (
    <Dialog title={`Update the subscription of ${ownerName(subscription)}`} onClose={props.onClose}>
      <Form submission={submission} submit="Update subscription" onCancel={props.onClose} onSubmit={save}>
        {drafts.map((draft: Draft, index) => {
          const now = subscription.items.data[index]?.price;
          // An archived price can be kept, but not selected.
          const all = now === undefined || offered.some(({ id }) => id === now.id) ? offered : [now, ...offered];
          return (
            <div key={draft.id} class="form-row wide-first">
              <SelectField label="Price" value={draft.price} options={priceOptions(all, productOf)} />
              <TextField label="Quantity" value={draft.quantity} wrong={wrong.value} inputMode="numeric" />
            </div>
          );
        })}
        <SelectField label="Proration" value={proration} options={prorations} />
      </Form>
    </Dialog>
  );
}

const prorations = [
  ['create_prorations', 'On the next invoice'],
  ['always_invoice', 'Invoice now'],
  ['none', 'None'],
] as const;

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Dialog } from '../../../web/shared/dialog.js';
import { SelectField, Switch, TextField } from '../../../web/shared/field.js';
import { focusCreated } from '../../../web/shared/focus.js';
import { Form, useSubmission } from '../../../web/shared/form.js';
import { toast } from '../../../web/shared/toast.js';
import { useEmulator } from '../emulator.js';
import { PriceFields, readPrice, usePriceDraft } from './price-fields.js';
import { href } from '../route.js';

/** Creates a product with its first price. */
export function ProductForm({ onClose }: { onClose: () => void }): VNode {
  const { api } = useEmulator();
  const submission = useSubmission();
  const name = useSignal('');
  const description = useSignal('');
  const wrongName = useSignal<string | null>(null);
  const draft = usePriceDraft();

  const create = async (): Promise<void> => {
    wrongName.value = name.value.trim() === '' ? 'Enter a name' : null;
    const price = readPrice(draft);
    if (wrongName.value !== null || price === null) return;
    const product = await api.post<Stripe.Product>('/v1/products', {
      name: name.value.trim(),
      description: description.value.trim() || undefined,
    });
    const made = await api.post<Stripe.Price>('/v1/prices', { product: product.id, ...price.create });
    if (price.trialDays > 0) await api.post(`/v1/plans/${made.id}`, { trial_period_days: price.trialDays });
    await api.post(`/v1/products/${product.id}`, { default_price: made.id });
    toast(`Product ${product.name} created`);
    location.assign(href('products', product.id));
    onClose();
  };

  return (
    <Dialog title="Create product" onClose={onClose}>
      <Form submission={submission} submit="Create product" onCancel={onClose} onSubmit={create}>
        <TextField label="Name" value={name} wrong={wrongName.value} focus />
        <TextField label="Description" value={description} />
        <PriceFields draft={draft} />
      </Form>
    </Dialog>
  );
}

/** Edits a product's name and description, and whether it is active. */
export function ProductEdit({ product, onClose }: { product: Stripe.Product; onClose: () => void }): VNode {
  const { api } = useEmulator();
  const submission = useSubmission();
  const name = useSignal(product.name);
  const description = useSignal(product.description ?? '');
  const active = useSignal(product.active);

  const save = async (): Promise<void> => {
    if (name.value.trim() === '') throw new Error('Enter a name');
    await api.post(`/v1/products/${product.id}`, {
      name: name.value.trim(),
      description: description.value.trim() || null,
      active: active.value,
    });
    toast('Product saved');
    onClose();
  };

  return (
    <Dialog title="Edit product" onClose={onClose}>
      <Form submission={submission} submit="Save product" onCancel={onClose} onSubmit={save}>
        <TextField label="Name" value={name} focus />
        <TextField label="Description" value={description} />
        <Switch label="Active" on={active.value} onToggle={(on) => (active.value = on)} />
      </Form>
    </Dialog>
  );
}

/** Adds a further price to a product. */
export function PriceCreate({ product, onClose }: { product: Stripe.Product; onClose: () => void }): VNode {
  const { api } = useEmulator();
  const submission = useSubmission();
  const draft = usePriceDraft();
  const makeDefault = useSignal('no');
  return (
    <Dialog title={`Add a price to ${product.name}`} onClose={onClose}>
      <Form
        submission={submission}
        submit="Add price"
        onCancel={onClose}
        onSubmit={async () => {
          const price = readPrice(draft);
          if (price === null) return;
          const made = await api.post<Stripe.Price>('/v1/prices', { product: product.id, ...price.create });
          if (price.trialDays > 0) await api.post(`/v1/plans/${made.id}`, { trial_period_days: price.trialDays });
          if (makeDefault.value === 'yes') await api.post(`/v1/products/${product.id}`, { default_price: made.id });
          toast('Price added');
          focusCreated(made.id);
          onClose();
        }}
      >
        <PriceFields draft={draft} />
        <SelectField
          label="Default price"
          value={makeDefault}
          options={[
            ['no', 'Keep the current default'],
            ['yes', 'Make this the default'],
          ]}
        />
      </Form>
    </Dialog>
  );
}

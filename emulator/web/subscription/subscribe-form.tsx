import { useSignal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import type Stripe from 'stripe';
import { Dialog } from '../../../web/shared/dialog.js';
import { Choice, SelectField, TextField } from '../../../web/shared/field.js';
import { focusCreated } from '../../../web/shared/focus.js';
import { Form, useSubmission } from '../../../web/shared/form.js';
import { toast } from '../../../web/shared/toast.js';
import type { Params } from '../api.js';
import { couponText } from '../coupon/coupons.js';
import { customerName } from '../customer/customers.js';
import { useEmulator } from '../emulator.js';
import { useList } from '../loaded.js';
import { wholeDays, wrongDays } from '../product/price-fields.js';
import { priceOptions } from '../product/price-name.js';

/** Creates a subscription for a customer. */
export function SubscribeForm({ customer, onClose }: { customer: Stripe.Customer; onClose: () => void }): VNode {
  const { api } = useEmulator();
  const submission = useSubmission();
  const offered = useOffered();
  const coupons = useCoupons();
  const draft = useDraft(offered);
  const pay = useSignal('card');
  const card = useDefaultCard(customer);
  const price = offered.find(({ id }) => id === draft.price.value);

  const subscribe = async (): Promise<void> => {
    if (price === undefined) throw new Error('No active recurring price. Create a product first.');
    const chosen = read(draft, price);
    if (chosen === null) return;
    const made = await api.post<Stripe.Subscription>('/v1/subscriptions', {
      customer: customer.id,
      ...chosen,
      ...(pay.value === 'later' ? { payment_behavior: 'default_incomplete' } : {}),
      ...(pay.value === 'card' && card === undefined ? { default_payment_method: await attached() } : {}),
    });
    toast(`${customerName(customer)} is subscribed: ${made.status.replaceAll('_', ' ')}`);
    focusCreated(made.id);
    onClose();
  };
  const attached = async (): Promise<string> => {
    const path = '/v1/payment_methods/pm_card_visa/attach';
    return (await api.post<Stripe.PaymentMethod>(path, { customer: customer.id })).id;
  };

  return (
    <Dialog title={`Create a subscription for ${customerName(customer)}`} onClose={onClose}>
      <Form submission={submission} submit="Create subscription" onCancel={onClose} onSubmit={subscribe}>
        <SelectField label="Price" value={draft.price} options={priceOptions(offered, productOf)} />
        <div class="form-row">
          {price?.recurring?.usage_type !== 'metered' && (
            <TextField label="Quantity" value={draft.quantity} wrong={draft.wrongQuantity.value} inputMode="numeric" />
          )}
          <TextField
            label="Trial days"
            value={draft.trial}
            wrong={draft.wrongTrial.value}
            inputMode="numeric"
            placeholder="none"
          />
        </div>
        <SelectField label="Coupon" value={draft.coupon} options={coupons} />
        <PaymentChoice pay={pay} card={card} />
      </Form>
    </Dialog>
  );
}

function PaymentChoice(props: { pay: Signal<string>; card: Stripe.PaymentMethod.Card | undefined }): VNode {
  const { pay, card } = props;
  return (
    <fieldset class="field">
      <legend class="label">Payment</legend>
      <Choice name="pay" option="card" value={pay}>
        {card === undefined
          ? 'Pay now with a test card (•••• 4242), which is attached'
          : `Pay now with the default card (•••• ${card.last4})`}
      </Choice>
      <Choice name="pay" option="later" value={pay}>
        Leave unpaid
      </Choice>
    </fieldset>
  );
}

interface Draft {
  readonly price: Signal<string>;
  readonly quantity: Signal<string>;
  readonly trial: Signal<string>;
  readonly coupon: Signal<string>;
  readonly wrongQuantity: Signal<string | null>;
  readonly wrongTrial: Signal<string | null>;
}

/** Begins with the first price. Another price brings the trial days of its own. */
function useDraft(offered: readonly Stripe.Price[]): Draft {
  const draft = {
    price: useSignal(''),
    quantity: useSignal('1'),
    trial: useSignal(''),
    coupon: useSignal(''),
    wrongQuantity: useSignal<string | null>(null),
    wrongTrial: useSignal<string | null>(null),
  };
  const first = priceOptions(offered, productOf)[0]?.[0];
  useEffect(() => {
    if (draft.price.value === '' && first !== undefined) draft.price.value = first;
  }, [first]);
  useEffect(() => {
    const days = offered.find(({ id }) => id === draft.price.value)?.recurring?.trial_period_days;
    draft.trial.value = days ? String(days) : '';
  }, [draft.price.value]);
  return draft;
}

/** The API parameters of the draft. Null if something is wrong; then the fields show the error. */
function read(draft: Draft, price: Stripe.Price): Params | null {
  const isMetered = price.recurring?.usage_type === 'metered';
  const quantity = draft.quantity.value.trim();
  const days = wholeDays(draft.trial.value);
  draft.wrongQuantity.value = isMetered || /^[1-9]\d{0,5}$/.test(quantity) ? null : 'Enter a whole number from 1';
  draft.wrongTrial.value = days === null ? wrongDays : null;
  if (draft.wrongQuantity.value !== null || days === null) return null;
  return {
    items: [{ price: price.id, quantity: isMetered ? undefined : Number(quantity) }],
    trial_period_days: days === 0 ? undefined : days,
    discounts: draft.coupon.value === '' ? undefined : [{ coupon: draft.coupon.value }],
  };
}

/** The active recurring prices. */
function useOffered(): readonly Stripe.Price[] {
  const prices: ReadonlySignal<readonly Stripe.Price[] | undefined> = useList<Stripe.Price>('/v1/prices', ['price'], {
    active: true,
    type: 'recurring',
    expand: ['data.product'],
  }).value;
  return prices.value ?? [];
}

/** None, or one that can still be redeemed. */
function useCoupons(): [id: string, text: string][] {
  const coupons = useList<Stripe.Coupon>('/v1/coupons', ['coupon']).value.value ?? [];
  const named = coupons
    .filter(({ valid }) => valid)
    .map((coupon): [string, string] => [coupon.id, `${coupon.name ?? coupon.id} – ${couponText(coupon)}`]);
  return [['', 'None'], ...named];
}

function useDefaultCard(customer: Stripe.Customer): Stripe.PaymentMethod.Card | undefined {
  const path = `/v1/customers/${customer.id}/payment_methods`;
  const methods = useList<Stripe.PaymentMethod>(path, ['payment_method']).value.value ?? [];
  const usual = customer.invoice_settings.default_payment_method;
  return methods.find(({ id }) => id === (typeof usual === 'string' ? usual : usual?.id))?.card;
}

function productOf({ product, id }: Stripe.Price): string {
  return typeof product === 'object' && 'name' in product ? product.name : id;
}

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Dialog } from '../../../web/shared/dialog.js';
import { TextField } from '../../../web/shared/field.js';
import { Form, useSubmission } from '../../../web/shared/form.js';
import { decimal, minorUnits, priceText } from '../../../web/shared/money.js';
import { toast } from '../../../web/shared/toast.js';
import type { Api, Params } from '../api.js';
import { useEmulator } from '../emulator.js';
import { newId, priceSteps, type Step } from './price-edit.js';
import { wholeDays, wrongDays } from './price-fields.js';

/** Edits a price. If the amount is changed, the form says that it creates a new price instead. */
export function PriceForm(props: { price: Stripe.Price; isDefault: boolean; onClose: () => void }): VNode {
  const { api } = useEmulator();
  const { price } = props;
  const submission = useSubmission();
  const amount = useSignal(decimal(price.unit_amount ?? 0, price.currency));
  const nickname = useSignal(price.nickname ?? '');
  const trial = useSignal(String(price.recurring?.trial_period_days ?? ''));
  const wrongAmount = useSignal<string | null>(null);
  const wrongTrial = useSignal<string | null>(null);
  const replaces = minorUnits(amount.value, price.currency) !== price.unit_amount;

  const save = async (): Promise<void> => {
    const units = minorUnits(amount.value, price.currency);
    const days = wholeDays(trial.value);
    wrongAmount.value = units === null ? 'Enter an amount such as 10.00' : null;
    wrongTrial.value = days === null ? wrongDays : null;
    if (units === null || days === null) return;
    const product = typeof price.product === 'string' ? price.product : price.product.id;
    const edited = { amount: units, trialDays: days, nickname: nickname.value.trim() };
    await take(api, priceSteps({ ...price, product }, props.isDefault, edited));
    toast(replaces ? 'Price replaced; the old one is archived' : 'Price saved');
    props.onClose();
  };

  return (
    <Dialog title={`Edit price ${priceText(price)}`} onClose={props.onClose}>
      <Form submission={submission} submit="Save price" onCancel={props.onClose} onSubmit={save}>
        <div class="form-row">
          <TextField
            label={`Amount (${price.currency.toUpperCase()})`}
            value={amount}
            wrong={wrongAmount.value}
            inputMode="decimal"
            focus
          />
          {price.recurring && (
            <TextField
              label="Trial days"
              value={trial}
              wrong={wrongTrial.value}
              inputMode="numeric"
              placeholder="none"
            />
          )}
        </div>
        <TextField label="Nickname" value={nickname} placeholder="optional" />
        {replaces && (
          <p class="soft">
            The amount of a price cannot change. This creates a new {props.isDefault ? 'default price' : 'price'} and
            archives <code>{price.id}</code>. Existing subscriptions keep the old one.
          </p>
        )}
      </Form>
    </Dialog>
  );
}

async function take(api: Api, steps: readonly Step[]): Promise<void> {
  let made = '';
  for (const { path, params } of steps) {
    const filled = JSON.parse(JSON.stringify(params).replaceAll(newId, made)) as Params;
    const answer = await api.post<{ id: string }>(path.replace(newId, made), filled);
    made ||= answer.id;
  }
}

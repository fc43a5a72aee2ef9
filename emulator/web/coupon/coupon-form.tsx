import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Dialog } from '../../../web/shared/dialog.js';
import { SelectField, TextField } from '../../../web/shared/field.js';
import { Form, useSubmission } from '../../../web/shared/form.js';
import { toast } from '../../../web/shared/toast.js';
import { couponParams, readCoupon, type CouponTyped } from './coupon-edit.js';
import { useEmulator } from '../emulator.js';
import { currencies } from '../product/price-fields.js';
import { href } from '../route.js';

/** Creates a coupon: a percentage or an amount, once, for several months or forever. */
export function CouponForm({ onClose }: { onClose: () => void }): VNode {
  const { api } = useEmulator();
  const submission = useSubmission();
  const name = useSignal('');
  const kind = useSignal('percent');
  const off = useSignal('');
  const currency = useSignal('eur');
  const duration = useSignal('once');
  const months = useSignal('3');
  const max = useSignal('');
  const wrong = useSignal<Partial<Record<keyof CouponTyped, string>>>({});

  const create = async (): Promise<void> => {
    const typed = {
      ...{ name: name.value, kind: kind.value, off: off.value, currency: currency.value },
      ...{ duration: duration.value, months: months.value, max: max.value },
    };
    const read = readCoupon(typed);
    wrong.value = read;
    if (Object.keys(read).length > 0) return;
    const coupon = await api.post<Stripe.Coupon>('/v1/coupons', couponParams(typed));
    toast(`Coupon ${coupon.name ?? coupon.id} created`);
    location.assign(href('coupons', coupon.id));
    onClose();
  };

  return (
    <Dialog title="Create coupon" onClose={onClose}>
      <Form submission={submission} submit="Create coupon" onCancel={onClose} onSubmit={create}>
        <TextField label="Name" value={name} hint="As customers see it" focus />
        <div class="form-row">
          <SelectField label="Discount" value={kind} options={kinds} />
          <TextField
            label={kind.value === 'percent' ? 'Percent' : 'Amount'}
            value={off}
            wrong={wrong.value.off ?? null}
            inputMode="decimal"
            placeholder={kind.value === 'percent' ? '20' : '5.00'}
          />
        </div>
        {kind.value === 'amount' && <SelectField label="Currency" value={currency} options={currencies} />}
        <div class="form-row">
          <SelectField label="Duration" value={duration} options={durations} />
          {duration.value === 'repeating' && (
            <TextField label="Months" value={months} wrong={wrong.value.months ?? null} inputMode="numeric" />
          )}
        </div>
        <TextField
          label="Max redemptions"
          value={max}
          wrong={wrong.value.max ?? null}
          inputMode="numeric"
          placeholder="No limit"
        />
      </Form>
    </Dialog>
  );
}

const kinds = [
  ['percent', 'A percentage'],
  ['amount', 'An amount'],
] as const;

const durations = [
  ['once', 'Once'],
  ['repeating', 'Several months'],
  ['forever', 'Forever'],
] as const;

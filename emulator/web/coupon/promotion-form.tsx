import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Dialog } from '../../../web/shared/dialog.js';
import { Switch, TextField } from '../../../web/shared/field.js';
import { focusCreated } from '../../../web/shared/focus.js';
import { Form, useSubmission } from '../../../web/shared/form.js';
import { toast } from '../../../web/shared/toast.js';
import { useEmulator } from '../emulator.js';

/** Creates a promotion code, with which customers redeem a coupon. */
export function PromotionForm({ coupon, onClose }: { coupon: Stripe.Coupon; onClose: () => void }): VNode {
  const { api } = useEmulator();
  const submission = useSubmission();
  const code = useSignal('');
  const first = useSignal(false);
  const wrongCode = useSignal<string | null>(null);

  const create = async (): Promise<void> => {
    wrongCode.value = /^[A-Za-z0-9_-]*$/.test(code.value.trim()) ? null : 'Use only letters, digits, - and _';
    if (wrongCode.value !== null) return;
    const made = await api.post<Stripe.PromotionCode>('/v1/promotion_codes', {
      promotion: { type: 'coupon', coupon: coupon.id },
      code: code.value.trim() || undefined,
      restrictions: first.value ? { first_time_transaction: true } : undefined,
    });
    toast(`Promotion code ${made.code} created`);
    focusCreated(made.id);
    onClose();
  };

  return (
    <Dialog title={`Create a promotion code for ${coupon.name ?? coupon.id}`} onClose={onClose}>
      <Form submission={submission} submit="Create promotion code" onCancel={onClose} onSubmit={create}>
        <TextField label="Code" value={code} wrong={wrongCode.value} hint="Leave empty to generate one" focus />
        <Switch label="For first-time customers only" on={first.value} onToggle={(on) => (first.value = on)} />
      </Form>
    </Dialog>
  );
}

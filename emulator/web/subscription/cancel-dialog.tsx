import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Choice } from '../../../web/shared/field.js';
import { day } from '../../../web/shared/moment.js';
import { toast } from '../../../web/shared/toast.js';
import { Confirm } from '../confirm.js';
import { useEmulator } from '../emulator.js';
import { ownerName, periodEnd } from './subscriptions.js';

/** Asks when to end a subscription. */
export function CancelDialog(props: { subscription: Stripe.Subscription; plan: string; onClose: () => void }): VNode {
  const { api } = useEmulator();
  const { subscription } = props;
  const when = useSignal('now');
  const end = periodEnd(subscription);
  const path = `/v1/subscriptions/${subscription.id}`;
  return (
    <Confirm
      title={`Cancel the subscription of ${ownerName(subscription)}?`}
      confirm={when.value === 'now' ? 'Cancel subscription now' : 'Cancel at period end'}
      keep="Keep subscription"
      onClose={props.onClose}
      onConfirm={async () => {
        await (when.value === 'now' ? api.delete(path) : api.post(path, { cancel_at_period_end: true }));
        toast(when.value === 'now' ? 'Subscription canceled' : 'Subscription ends at the end of the period');
      }}
    >
      <p class="soft">
        {props.plan} · <code>{subscription.id}</code>
      </p>
      <fieldset class="field" aria-label="When">
        <Choice name="when" option="now" value={when}>
          Immediately; it cannot be resumed
        </Choice>
        <Choice name="when" option="period" value={when}>
          At the end of the period{end === null ? '' : `, ${day(end * 1000)}`}; it can be resumed until then
        </Choice>
      </fieldset>
    </Confirm>
  );
}

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Dialog } from '../../../web/shared/dialog.js';
import { Choice, DateField } from '../../../web/shared/field.js';
import { Form, useSubmission } from '../../../web/shared/form.js';
import { toast } from '../../../web/shared/toast.js';
import { useEmulator } from '../emulator.js';
import { ownerName, periodEnd } from './subscriptions.js';

const DAY = 86_400;

/** Gives a subscription a trial, moves its end, or ends it now. */
export function TrialDialog(props: { subscription: Stripe.Subscription; onClose: () => void }): VNode {
  const { api } = useEmulator();
  const { subscription } = props;
  const submission = useSubmission();
  const trialing = subscription.status === 'trialing';
  const how = useSignal('until');
  // Counted from the current end, not from now: a subscription on a test clock has another time than this page.
  const start = trialing ? subscription.trial_end : periodEnd(subscription);
  const until = useSignal(dateOf((start ?? subscription.start_date) + 14 * DAY));
  const wrong = useSignal<string | null>(null);

  const save = async (): Promise<void> => {
    const end = Date.parse(`${until.value}T12:00:00Z`) / 1000;
    wrong.value = how.value === 'now' || Number.isFinite(end) ? null : 'Enter a date such as 2027-01-31';
    if (wrong.value !== null) return;
    await api.post(`/v1/subscriptions/${subscription.id}`, {
      trial_end: how.value === 'now' ? 'now' : end,
      proration_behavior: 'none',
    });
    toast(how.value === 'now' ? 'Trial ended' : 'Trial updated');
    props.onClose();
  };

  return (
    <Dialog title={`${trialing ? 'Change' : 'Start'} a trial of ${ownerName(subscription)}`} onClose={props.onClose}>
      <Form
        submission={submission}
        submit={how.value === 'now' ? 'End trial now' : 'Save trial'}
        onCancel={props.onClose}
        onSubmit={save}
      >
        {trialing && (
          <fieldset class="field" aria-label="End of the trial">
            <Choice name="trial" option="until" value={how}>
              On a date
            </Choice>
            <Choice name="trial" option="now" value={how}>
              Now; the subscription starts and is invoiced
            </Choice>
          </fieldset>
        )}
        {how.value === 'until' && <DateField label="Trial end" value={until} wrong={wrong.value} />}
      </Form>
    </Dialog>
  );
}

const dateOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);

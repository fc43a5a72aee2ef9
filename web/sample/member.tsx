import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { request } from '../shared/request.js';
import { Dialog } from '../shared/dialog.js';
import { Form, useSubmission } from '../shared/form.js';
import { money } from '../shared/money.js';
import { day } from '../shared/moment.js';
import { StatusPill } from '../shared/pill.js';
import type { Refresh } from './app.js';
import type { SampleSession, SampleSubscription } from '../../src/demo/sample/answers.js';

/** A running membership: the plan, its state, and the button to cancel it. */
export function Member({ session, refresh }: { session: SampleSession; refresh: Refresh }): VNode | null {
  const asking = useSignal(false);
  const submission = useSubmission();
  const { subscription } = session;
  if (!subscription) return null;
  const plan = session.plans.find(({ price }) => price === subscription.price);
  return (
    <section class="card panel" aria-labelledby="member">
      <div class="member-head">
        <h1 id="member">{productOf(subscription)}</h1>
        <StatusPill status={subscription.status} />
      </div>
      <p>
        {plan && `${money(plan.amount, plan.currency)} / ${plan.interval}. `}
        {standing(subscription)}
      </p>
      {subscription.cancelAt === null && (
        <div>
          <button type="button" class="button danger large" onClick={() => (asking.value = true)}>
            Cancel subscription
          </button>
        </div>
      )}
      {asking.value && (
        <Dialog
          title={`Cancel your subscription to ${productOf(subscription)}?`}
          onClose={() => (asking.value = false)}
        >
          <Form
            submission={submission}
            submit="Cancel my subscription"
            danger
            cancel="Keep subscription"
            onCancel={() => (asking.value = false)}
            onSubmit={async () => {
              await request('/sample/api/cancel', {});
              await refresh();
              asking.value = false;
            }}
          >
            <p class="soft">The app asks Stripe to cancel. This page then shows what arrives in the database.</p>
          </Form>
        </Dialog>
      )}
    </section>
  );
}

/** The product's name, or "this plan" until the database has the name. */
const productOf = ({ product }: SampleSubscription): string => product ?? 'this plan';

/** A sentence about the state of the subscription. */
function standing(subscription: SampleSubscription): string {
  const on = (iso: string | null): string => (iso === null ? 'a date that is not known yet' : day(Date.parse(iso)));
  if (subscription.cancelAt !== null) return `It will end on ${on(subscription.cancelAt)}.`;
  if (subscription.status === 'trialing') return `The trial runs until ${on(subscription.trialEnd)}.`;
  if (subscription.status === 'active') return `It renews on ${on(subscription.currentPeriodEnd)}.`;
  return sentences[subscription.status] ?? 'It is neither active nor ended.';
}

const sentences: Readonly<Record<string, string>> = {
  past_due: 'The last payment failed and will be retried.',
  unpaid: 'The last invoices were not paid.',
  paused: 'It is paused.',
};

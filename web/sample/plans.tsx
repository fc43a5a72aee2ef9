import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useSubmission } from '../shared/form.js';
import { money } from '../shared/money.js';
import type { SamplePlan, SampleSession } from '../../src/demo/sample/answers.js';

/** The plans to choose from. */
export function Plans(props: {
  session: SampleSession;
  disabled: boolean;
  onSubscribe: (plan: SamplePlan) => Promise<void>;
}): VNode {
  const { plans, subscription } = props.session;
  const picked = useSignal(plans[0]?.price ?? '');
  const submission = useSubmission();
  const plan = plans.find(({ price }) => price === picked.value) ?? plans[0];
  if (!plan) return <p class="soft">No plans yet. Create a product with a recurring price.</p>;
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        submission.run(() => props.onSubscribe(plan));
      }}
    >
      {subscription && <p class="soft">Your last subscription, to {subscription.product}, has ended.</p>}
      <fieldset class="plans" disabled={props.disabled}>
        <legend>Choose a plan</legend>
        {plans.map((offer) => (
          <label key={offer.price} class="plan">
            <input
              type="radio"
              name="plan"
              value={offer.price}
              checked={offer.price === plan.price}
              onChange={() => (picked.value = offer.price)}
            />
            <strong>{offer.product}</strong>
            <span>
              {money(offer.amount, offer.currency)} <span class="soft">/ {offer.interval}</span>
            </span>
            {offer.trialDays !== null && offer.trialDays > 0 && (
              <span class="soft small">{offer.trialDays} days free, then the first payment</span>
            )}
          </label>
        ))}
      </fieldset>
      {submission.error.value !== null && (
        <p class="form-error" role="alert">
          {submission.error.value}
        </p>
      )}
      <button type="submit" class="button primary large" disabled={props.disabled || submission.busy.value}>
        {submission.busy.value ? 'Subscribing …' : 'Subscribe'}
      </button>
    </form>
  );
}

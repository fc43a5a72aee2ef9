import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Action } from '../action.js';
import { useEmulator } from '../emulator.js';
import { endOf } from './subscriptions.js';

/** The actions that open a dialog. */
export type SubscriptionStep = 'update' | 'trial' | 'pause' | 'cancel';

/** The buttons for what can be done with the subscription in its status. */
export function SubscriptionActions(props: {
  subscription: Stripe.Subscription;
  onAsk: (step: SubscriptionStep) => void;
}): VNode | null {
  const { api } = useEmulator();
  const { subscription, onAsk } = props;
  const { status } = subscription;
  const path = `/v1/subscriptions/${subscription.id}`;
  if (status === 'canceled' || status === 'incomplete_expired') return null;
  // Stripe keeps a planned end in one of two fields, and each is cleared in its own way.
  const stay = subscription.cancel_at_period_end ? { cancel_at_period_end: false } : { cancel_at: null };
  const offered = steps.filter(({ of }) => of === undefined || of.includes(status));
  const resting = status === 'paused' || subscription.pause_collection !== null;
  return (
    <>
      {endOf(subscription) !== null && (
        <Action send={() => api.post(path, stay)} done="Subscription resumed">
          Undo cancellation
        </Action>
      )}
      {subscription.pause_collection !== null && (
        <Action send={() => api.post(path, { pause_collection: null })} done="Collection resumed">
          Resume collection
        </Action>
      )}
      {status === 'paused' && (
        <Action send={() => api.post(`${path}/resume`)} done="Subscription resumed">
          Resume subscription
        </Action>
      )}
      {offered
        .filter(({ step }) => step !== 'pause' || !resting)
        .map(({ step, button, danger }) => (
          <button key={step} type="button" class={`button ${danger ? 'danger' : ''}`} onClick={() => onAsk(step)}>
            {button}
          </button>
        ))}
    </>
  );
}

const steps: readonly { step: SubscriptionStep; button: string; of?: readonly string[]; danger?: true }[] = [
  { step: 'update', button: 'Update subscription', of: ['active', 'trialing', 'past_due'] },
  { step: 'trial', button: 'Change trial', of: ['active', 'trialing'] },
  { step: 'pause', button: 'Pause', of: ['active', 'trialing', 'past_due'] },
  { step: 'cancel', button: 'Cancel subscription', danger: true },
];

import type { Hooks } from '../../src/hooks/hook.js';

export interface Mail {
  send(to: string, about: string): Promise<void>;
}

/** What docs/guides/hooks.md shows. */
export function registerHooks(lockstep: Hooks, mail: Mail): void {
  lockstep.onChange('subscription', async ({ key, after, tx }) => {
    const isActive = after?.status === 'active' || after?.status === 'trialing';
    await tx.query('update teams set active = $1 where stripe_subscription_id = $2', [isActive, key.id]);
  });

  lockstep.after('customer', async ({ before, after }) => {
    if (before === null && after?.email) await mail.send(after.email, 'welcome');
  });

  lockstep.onEvent('invoice.payment_failed', async ({ event, object }) => {
    if (object?.status === 'paid') return; // paid since: the event is older than what Stripe says now
    const { customer_email: to, attempt_count: attempt } = event.data.object;
    if (to !== null) await mail.send(to, `payment failed, attempt ${attempt}`);
  });
}

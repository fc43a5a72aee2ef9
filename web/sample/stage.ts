import type { SampleSession } from '../../src/demo/sample/answers.js';

/** The next step for the user. It depends only on what the database has. */
export type Stage = 'sign-in' | 'create-customer' | 'choose-plan' | 'finish-payment' | 'member';

export function stageOf(session: SampleSession): Stage {
  if (!session.user) return 'sign-in';
  if (!session.profile?.stripe_customer_id) return 'create-customer';
  const status = session.subscription?.status;
  if (status === undefined || ended.has(status)) return 'choose-plan';
  return status === 'incomplete' ? 'finish-payment' : 'member';
}

/** Whether the payment has arrived in the database. */
export function settled(session: SampleSession): boolean {
  return stageOf(session) === 'member';
}

const ended: ReadonlySet<string> = new Set(['canceled', 'incomplete_expired']);

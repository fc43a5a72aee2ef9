import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { request } from '../shared/request.js';
import { useSubmission } from '../shared/form.js';
import type { Refresh } from './app.js';
import { Member } from './member.js';
import { Payment, type Due } from './payment.js';
import { Plans } from './plans.js';
import type { SamplePlan, SampleSession, StartedSubscription } from '../../src/demo/sample/answers.js';
import { settled, stageOf, type Stage } from './stage.js';

/** The steps to a membership: customer, plan, payment, and then the membership itself. */
export function Membership({ session, refresh }: { session: SampleSession; refresh: Refresh }): VNode {
  const due = useSignal<Due | null>(null);
  const arriving = useSignal<'no' | 'waiting' | 'late'>('no');
  const stage = stageOf(session);

  const arrive = async (): Promise<void> => {
    due.value = null;
    arriving.value = 'waiting';
    arriving.value = (await until(refresh, settled)) ? 'no' : 'late';
  };

  const start = async (plan: SamplePlan): Promise<void> => {
    const started = await request<StartedSubscription>('/sample/api/subscriptions', { price: plan.price });
    if (started.kind === 'none' || started.clientSecret === null) return arrive();
    due.value = { plan, kind: started.kind, clientSecret: started.clientSecret };
  };

  // A trial begins before its card is saved, so the form stays until the card is saved.
  if (stage === 'member' && due.value?.kind !== 'setup') return <Member session={session} refresh={refresh} />;
  if (arriving.value === 'waiting') {
    return (
      <section class="card panel" aria-busy="true">
        <h1>One moment</h1>
        <p class="soft" role="status">
          Paid. Waiting for the database …
        </p>
      </section>
    );
  }
  if (due.value) {
    return <Payment session={session} due={due.value} onPaid={arrive} onBack={() => (due.value = null)} />;
  }
  return (
    <section class="card panel" aria-labelledby="membership">
      <h1 id="membership">Become a member</h1>
      {arriving.value === 'late' && (
        <p class="notice" role="status">
          The payment succeeded, but the database does not have it yet. The next sweep will add it; nothing is lost.
        </p>
      )}
      <CustomerStep session={session} stage={stage} refresh={refresh} />
      {stage === 'finish-payment' ? (
        <Unfinished session={session} onContinue={start} />
      ) : (
        <Plans session={session} disabled={stage === 'create-customer'} onSubscribe={start} />
      )}
    </section>
  );
}

function CustomerStep(props: { session: SampleSession; stage: Stage; refresh: Refresh }): VNode {
  const submission = useSubmission();
  const username = props.session.user?.username ?? '';
  if (props.stage !== 'create-customer') {
    return <p class="step done">You are a customer at Stripe.</p>;
  }
  return (
    <div class="step">
      <p>First, the app creates your customer at Stripe, with your full name.</p>
      <button
        type="button"
        class="button primary large"
        disabled={submission.busy.value}
        onClick={() =>
          submission.run(async () => {
            await request(`/create-customer/${encodeURIComponent(username)}`, {});
            await until(props.refresh, (session) => Boolean(session.profile?.stripe_customer_id));
          })
        }
      >
        {submission.busy.value ? 'Creating …' : 'Create customer'}
      </button>
      {submission.error.value !== null && (
        <p class="form-error" role="alert">
          {submission.error.value}
        </p>
      )}
    </div>
  );
}

function Unfinished(props: { session: SampleSession; onContinue: (plan: SamplePlan) => Promise<void> }): VNode {
  const submission = useSubmission();
  const { subscription, plans } = props.session;
  const plan = plans.find(({ price }) => price === subscription?.price);
  return (
    <>
      <p class="notice">
        Your subscription to <strong>{subscription?.product}</strong> waits for its first payment.
      </p>
      {plan ? (
        <button
          type="button"
          class="button primary large"
          disabled={submission.busy.value}
          onClick={() => submission.run(() => props.onContinue(plan))}
        >
          Continue to payment
        </button>
      ) : (
        <p class="soft">This plan is no longer offered.</p>
      )}
      {submission.error.value !== null && (
        <p class="form-error" role="alert">
          {submission.error.value}
        </p>
      )}
    </>
  );
}

/** Reads the session until it meets the condition. Resolves with false if that takes longer than ten seconds. */
async function until(refresh: Refresh, wanted: (session: SampleSession) => boolean): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    const session = await refresh().catch(() => null);
    if (session && wanted(session)) return true;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  return false;
}

const patienceMs = 10_000;
const pollMs = 120;

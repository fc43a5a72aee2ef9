import type { VNode } from 'preact';
import { IdOrBlank } from '../shared/id.js';
import { StatusPill } from '../shared/pill.js';
import type { SampleSession } from '../../src/demo/sample/answers.js';

/** Shows what this app reads: its own profile row and the mirror. It never reads from Stripe. */
export function Database({ session }: { session: SampleSession }): VNode {
  const { profile, subscription } = session;
  return (
    <aside class="card panel database" aria-labelledby="database">
      <h2 id="database">In the app’s database</h2>
      <dl>
        <dt>user_profiles.stripe_customer_id</dt>
        <dd data-field="stripe_customer_id">
          <IdOrBlank value={profile?.stripe_customer_id ?? null} />
        </dd>
        <dt>user_profiles.stripe_subscription_id</dt>
        <dd data-field="stripe_subscription_id">
          <IdOrBlank value={profile?.stripe_subscription_id ?? null} />
        </dd>
        <dt>stripe.subscriptions.status</dt>
        <dd data-field="status">
          {subscription ? <StatusPill status={subscription.status} /> : <span class="soft">no row</span>}
        </dd>
      </dl>
      <p class="soft small">
        This page reads only the database. Change something in the dashboard and watch it change here.
      </p>
    </aside>
  );
}

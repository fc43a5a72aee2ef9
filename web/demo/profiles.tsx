import type { VNode } from 'preact';
import { IdOrBlank } from '../shared/id.js';
import { useFlash } from './flash.js';
import type { DemoProfile } from '../../src/demo/side-by-side/state.js';

/** The rows of the app's own table `user_profiles`. Lockstep writes two of its columns. */
export function Profiles(props: { profiles: readonly DemoProfile[]; connected: boolean }): VNode {
  const { profiles, connected } = props;
  return (
    <section class={`profiles ${connected ? '' : 'lost'}`} aria-labelledby="profiles-title">
      <h2 id="profiles-title">
        Your <code>user_profiles</code> table<span class="soft">: two columns kept in sync</span>
      </h2>
      <div class="table-scroll">
        <table class="table cards" aria-label="Profiles">
          <thead>
            <tr>
              {['username', 'name', 'stripe_customer_id', 'stripe_subscription_id'].map((column) => (
                <th scope="col" key={column}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {profiles.map((profile) => (
              <ProfileRow key={profile.username} profile={profile} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function ProfileRow({ profile }: { profile: DemoProfile }): VNode {
  const flash = useFlash(JSON.stringify(profile));
  return (
    <tr class={flash} data-username={profile.username}>
      <td data-label="username">
        <strong>{profile.username}</strong>
      </td>
      <td data-label="name">{profile.name}</td>
      <td data-label="stripe_customer_id">
        <IdOrBlank value={profile.stripe_customer_id} />
      </td>
      <td data-label="stripe_subscription_id">
        <IdOrBlank value={profile.stripe_subscription_id} />
      </td>
    </tr>
  );
}

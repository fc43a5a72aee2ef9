import type { VNode } from 'preact';
import { request } from '../shared/request.js';
import { useSubmission } from '../shared/form.js';
import type { Refresh } from './app.js';
import type { SampleSession } from '../../src/demo/sample/answers.js';

/** Lets the visitor choose which sample user to sign in as. */
export function SignIn({ session, refresh }: { session: SampleSession; refresh: Refresh }): VNode {
  const submission = useSubmission();
  return (
    <section class="card panel" aria-labelledby="sign-in">
      <h1 id="sign-in">Sign in</h1>
      <p class="soft">The sample app has no passwords. Choose a user.</p>
      <ul class="people">
        {session.users.map(({ username, name }) => (
          <li key={username}>
            <button
              type="button"
              class="person"
              disabled={submission.busy.value}
              onClick={() =>
                submission.run(async () => {
                  await request('/sample/api/sign-in', { username });
                  await refresh();
                })
              }
            >
              <span class="initial" aria-hidden="true">
                {name.charAt(0)}
              </span>
              <span>
                Sign in as <strong>{name}</strong>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {submission.error.value !== null && (
        <p class="form-error" role="alert">
          {submission.error.value}
        </p>
      )}
    </section>
  );
}

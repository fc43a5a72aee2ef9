import type { VNode } from 'preact';
import { ask } from '../shared/ask.js';
import { useSending } from '../shared/form.js';
import type { Refresh } from './app.js';
import type { SampleSession } from '../../src/demo/sample/answers.js';

/** Lets the visitor choose which sample user to sign in as. */
export function SignIn({ session, refresh }: { session: SampleSession; refresh: Refresh }): VNode {
  const sending = useSending();
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
              disabled={sending.busy.value}
              onClick={() =>
                sending.run(async () => {
                  await ask('/sample/api/sign-in', { username });
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
      {sending.error.value !== null && (
        <p class="form-error" role="alert">
          {sending.error.value}
        </p>
      )}
    </section>
  );
}

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { Brand } from '../shared/brand.js';
import { Form, useSubmission } from '../shared/form.js';
import { openSession, tell } from './api.js';

/** Asks for a console token. The address stays, so that a session that ended continues where it was. */
export function SignIn(): VNode {
  const token = useSignal('');
  const submission = useSubmission();
  return (
    <main class="sign-in">
      <div class="card">
        <Brand name="Lockstep console" />
        <h1>Sign in</h1>
        <Form
          submission={submission}
          submit="Sign in"
          onSubmit={async () => {
            if (token.value.trim() === '') throw new Error('Paste your console token.');
            await tell('/sign-in', { token: token.value.trim() });
            token.value = '';
            await openSession();
          }}
        >
          <div class="field">
            <label htmlFor="token">Console token</label>
            <input
              id="token"
              class="input mono"
              type="password"
              autocomplete="current-password"
              spellcheck={false}
              value={token.value}
              onInput={(event) => (token.value = event.currentTarget.value)}
              aria-describedby="token-hint"
            />
            <p class="hint" id="token-hint">
              It begins with lsc_. An administrator makes one with <code>lockstep console add NAME</code>. The service
              token does not open this page.
            </p>
          </div>
        </Form>
      </div>
    </main>
  );
}

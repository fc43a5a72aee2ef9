import type { ReadonlySignal } from '@preact/signals';
import type { VNode } from 'preact';
import { request } from '../shared/request.js';
import { Brand } from '../shared/brand.js';
import { useSubmission } from '../shared/form.js';
import { Failed } from '../shared/table.js';
import { ThemeSwitch } from '../shared/theme.js';
import { Toasts } from '../shared/toast.js';
import { Database } from './database.js';
import { Membership } from './membership.js';
import type { SampleSession } from '../../src/demo/sample/answers.js';
import { SignIn } from './sign-in.js';

/** Reads the session again and resolves with it. */
export type Refresh = () => Promise<SampleSession>;

/** A small app that sells a membership. It uses Lockstep as a real app would. */
export function App(props: {
  session: ReadonlySignal<SampleSession | null>;
  failed: ReadonlySignal<string | null>;
  refresh: Refresh;
}): VNode {
  const session = props.session.value;
  return (
    <div class="page">
      <header class="bar">
        <Brand name="Sample app" />
        <span class="fill" />
        {session?.user && <Account session={session} refresh={props.refresh} />}
      </header>
      {props.failed.value !== null &&
        (session ? (
          <p class="form-error" role="alert">
            {props.failed.value}
          </p>
        ) : (
          <Failed reason={props.failed.value} onRetry={() => void props.refresh().catch(() => undefined)} />
        ))}
      {session && (
        <main class={session.user ? 'columns' : 'single'}>
          {session.user ? (
            <>
              <Membership key={session.user.username} session={session} refresh={props.refresh} />
              <Database session={session} />
            </>
          ) : (
            <SignIn session={session} refresh={props.refresh} />
          )}
        </main>
      )}
      <footer class="soft small">
        {session?.mode === 'stripe'
          ? 'Stripe test mode'
          : 'Everything runs on this machine; payments go to the emulator'}{' '}
        · <a href="/demo">Side by side</a> · <ThemeSwitch />
      </footer>
      <Toasts />
    </div>
  );
}

function Account({ session, refresh }: { session: SampleSession; refresh: Refresh }): VNode {
  const submission = useSubmission();
  return (
    <>
      <span class="soft">
        <span class="only-wide">Signed in as </span>
        <strong>{session.user?.name}</strong>
      </span>
      <button
        type="button"
        class="button slim"
        disabled={submission.busy.value}
        onClick={() =>
          submission.run(async () => {
            await request('/sample/api/sign-out', {});
            await refresh();
          })
        }
      >
        Sign out
      </button>
    </>
  );
}

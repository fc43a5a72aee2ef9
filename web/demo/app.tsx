import type { ReadonlySignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import { Brand } from '../shared/brand.js';
import { SkipLink } from '../shared/skip-link.js';
import { ThemeSwitch } from '../shared/theme.js';
import { Toasts } from '../shared/toast.js';
import { Controls } from './controls.js';
import { Objects } from './objects.js';
import { Profiles } from './profiles.js';
import type { DemoState } from '../../src/demo/side-by-side/state.js';
import { Status } from './status.js';

/** The demo page: the status, what to try, both sides, and the app's own rows. */
export function App(props: { state: ReadonlySignal<DemoState | null>; connected: ReadonlySignal<boolean> }): VNode {
  const state = props.state.value;
  const main = useRef<HTMLElement>(null);
  return (
    <div class="page">
      <header class="bar">
        <SkipLink to={main} />
        <Brand name="Lockstep" />
        <span class="soft">Side by side</span>
        <span class="fill" />
        <nav class="links" aria-label="Other pages">
          <DashboardLink state={state} />
          <a href="/sample">Sample app</a>
        </nav>
        <ThemeSwitch />
      </header>
      {state === null ? (
        <Waiting connected={props.connected.value} />
      ) : (
        <main ref={main} tabIndex={-1}>
          <div class="hero">
            <Status state={state} connected={props.connected.value} />
            <Controls state={state} />
          </div>
          <Steps state={state} />
          <Objects state={state} connected={props.connected.value} />
          <Profiles profiles={state.profiles} connected={props.connected.value} />
        </main>
      )}
      <Toasts />
    </div>
  );
}

function Waiting({ connected }: { connected: boolean }): VNode {
  return (
    <main>
      <div class="hero">
        <div class="status" role="status">
          <h1 class="soft">{connected ? 'Reading both sides …' : 'Connecting to the service …'}</h1>
          {!connected && <p class="soft">If this message stays, the service is not running. Check its terminal.</p>}
        </div>
      </div>
    </main>
  );
}

function DashboardLink({ state }: { state: DemoState | null }): VNode | null {
  if (state?.mode === 'stripe') {
    return (
      <a href="https://dashboard.stripe.com/test/dashboard" target="_blank" rel="noreferrer">
        Stripe Dashboard
      </a>
    );
  }
  if (!state?.emulatorUrl) return null;
  return (
    <a href={state.emulatorUrl} target="_blank" rel="noreferrer">
      Emulator dashboard
    </a>
  );
}

function Steps({ state }: { state: DemoState }): VNode {
  const dashboard = state.emulatorUrl ? `${state.emulatorUrl}/#/subscriptions` : 'https://dashboard.stripe.com/test';
  return (
    <ol class="steps" aria-label="Try it">
      <li>
        <span>
          <a href={dashboard} target="_blank" rel="noreferrer">
            Cancel a subscription
          </a>{' '}
          in the dashboard, or rename a product.
        </span>
      </li>
      <li>
        <span>Watch the left side change; the right side follows within milliseconds.</span>
      </li>
      <li>
        <span>
          {state.fault
            ? 'Drop webhooks and edit again: the database falls behind until the next sweep repairs it.'
            : 'Every sweep reads everything again and repairs whatever no event reported.'}
        </span>
      </li>
    </ol>
  );
}

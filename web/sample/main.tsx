import { signal } from '@preact/signals';
import { render } from 'preact';
import '../shared/base.css';
import '../shared/parts.css';
import './sample.css';
import { request } from '../shared/request.js';
import { toast } from '../shared/toast.js';
import { App } from './app.js';
import type { SampleSession } from '../../src/demo/sample/answers.js';

const session = signal<SampleSession | null>(null);
const failed = signal<string | null>(null);

async function refresh(): Promise<SampleSession> {
  try {
    const answer = await request<SampleSession>('/sample/api/session');
    failed.value = null;
    // An unchanged answer must not draw the page again: the user may be typing a card number.
    if (JSON.stringify(answer) !== JSON.stringify(session.value)) session.value = answer;
    return answer;
  } catch (thrown) {
    failed.value = thrown instanceof Error ? thrown.message : String(thrown);
    throw thrown;
  }
}

/** Reads the session again and again while the page is visible, to show what others change. */
function keepUp(): void {
  const look = document.hidden ? Promise.resolve() : refresh().catch(() => undefined);
  void look.finally(() => setTimeout(keepUp, lookMs));
}

/** Says how the payment went when the user comes back from a bank's page. */
function welcomeBack(): void {
  const query = new URLSearchParams(location.search);
  const status = query.get('redirect_status');
  if (status === null) return;
  toast(
    status === 'succeeded' ? 'The payment went through' : 'The payment is not finished',
    status === 'failed' ? 'bad' : 'plain',
  );
  history.replaceState(null, '', location.pathname);
}

const lookMs = 1500;
const root = document.getElementById('app');
if (root) render(<App session={session} failed={failed} refresh={refresh} />, root);
welcomeBack();
keepUp();

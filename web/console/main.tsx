import { render } from 'preact';
import '../shared/base.css';
import '../shared/parts.css';
import 'uplot/dist/uPlot.min.css';
import './console.css';
import { Failed } from '../shared/table.js';
import { watchAddress } from '../shared/route.js';
import { ask, session } from './api.js';
import { App } from './app.js';
import { follow } from './live.js';
import type { SessionJson } from '../../src/http/console/answers.js';

const root = document.getElementById('app');
if (root) start(root);

function start(root: HTMLElement): void {
  ask<SessionJson>('/session').then(
    (answer) => begin(root, answer),
    (error: Error & { status?: number }) => {
      if (error.status === 401) return begin(root, null);
      return render(<Failed reason={error.message} onRetry={() => start(root)} />, root);
    },
  );
}

function begin(root: HTMLElement, answer: SessionJson | null): void {
  session.value = answer;
  follow();
  render(<App route={watchAddress('overview')} />, root);
}

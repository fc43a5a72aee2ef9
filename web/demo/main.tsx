import { signal } from '@preact/signals';
import { render } from 'preact';
import '../shared/base.css';
import '../shared/parts.css';
import './demo.css';
import { openStream } from '../shared/stream.js';
import { App } from './app.js';
import type { DemoState } from '../../src/demo/side-by-side/state.js';

const state = signal<DemoState | null>(null);
const stream = openStream('/demo/api/stream', {
  on: {
    state: (data) => {
      state.value = data as DemoState;
    },
  },
});

const root = document.getElementById('app');
if (root) render(<App state={state} connected={stream.connected} />, root);

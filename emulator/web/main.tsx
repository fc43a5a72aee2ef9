import { render } from 'preact';
import '../../web/shared/base.css';
import '../../web/shared/parts.css';
import './emulator.css';
import { Failed } from '../../web/shared/table.js';
import { Api } from './api.js';
import { App } from './app.js';
import { EmulatorContext } from './emulator.js';
import { openLive } from './live.js';
import { watchRoute } from './route.js';

const root = document.getElementById('app');
if (root) start(root);

/** Connects to the emulator, then shows the page. If that fails, it shows the reason and a button to retry. */
function start(root: HTMLElement): void {
  Api.open().then(
    (api) => {
      render(
        <EmulatorContext value={{ api, live: openLive() }}>
          <App route={watchRoute()} />
        </EmulatorContext>,
        root,
      );
    },
    (thrown: Error) => {
      render(<Failed reason={thrown.message} onRetry={() => start(root)} />, root);
    },
  );
}

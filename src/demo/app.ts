import type { Emulator } from '../../emulator/src/emulator.js';
import type { Config } from '../engine/config.js';
import type { Engine } from '../engine/engine.js';
import { createApp } from '../http/app.js';
import { identifyService } from '../http/caller.js';
import type { Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import { createPages } from './pages.js';
import { createSampleRoutes } from './sample/routes.js';
import { createSessions } from './sample/sessions.js';
import { createSideBySideRoutes } from './side-by-side/routes.js';
import type { SideBySide } from './side-by-side/side-by-side.js';

export interface DemoAppOptions {
  engine: Engine;
  /** null: Stripe's test mode. */
  emulator: Emulator | null;
  sideBySide: SideBySide;
  config: Config;
  sessionSecret: string;
  token: string;
  /** The built pages, `dist/web`. */
  webDir: string;
  clock: Clock;
  log: Log;
}

const STRIPE_ORIGINS = ['https://js.stripe.com', 'https://api.stripe.com', 'https://hooks.stripe.com'];

/** The service's own routes, those of the two pages, and the pages. */
export function createDemoApp(options: DemoAppOptions): (request: Request) => Response | Promise<Response> {
  const { engine, emulator, sideBySide, config, sessionSecret, token, webDir, clock, log } = options;
  const sessions = createSessions(sessionSecret, clock);
  const sample = createSampleRoutes({
    engine,
    sessions,
    mode: emulator === null ? 'stripe' : 'emulator',
    publishableKey: config.publishableKey ?? null,
    stripeJsUrl: emulator === null ? 'https://js.stripe.com/v3/' : `${emulator.url}/v3/`,
  });
  const pages = createPages({
    webDir,
    pages: { '/': 'demo', '/demo': 'demo', '/sample': 'sample' },
    connect: emulator === null ? STRIPE_ORIGINS : [emulator.url],
  });
  const app = createApp({ engine, identify: [identifyService(token), sessions.identify], webDir, log });
  for (const routes of [createSideBySideRoutes(sideBySide), sample, pages]) app.route('/', routes);
  return (request) => app.fetch(request);
}

import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import * as v from 'valibot';
import { jsonBody } from '../json-body.js';
import type { DemoState, SideBySide } from './side-by-side.js';

/** What the side-by-side page asks. */
export function createDemoRoutes(sideBySide: SideBySide): Hono {
  const app = new Hono();
  app.get('/demo/api/stream', (c) =>
    streamSSE(c, async (stream) => {
      let latest: DemoState | undefined;
      let wake = (): void => {};
      const unsubscribe = sideBySide.onState((state) => {
        latest = state;
        wake();
      });
      const { stopping } = sideBySide;
      const end = (): void => wake();
      stream.onAbort(end);
      stopping.addEventListener('abort', end);
      // The newest state only: a slow reader skips what has been overtaken.
      while (!stream.aborted && !stopping.aborted) {
        const state = latest;
        latest = undefined;
        if (state !== undefined) await stream.writeSSE({ event: 'state', data: JSON.stringify(state) });
        else await new Promise<void>((resolve) => (wake = resolve));
      }
      stopping.removeEventListener('abort', end);
      unsubscribe();
    }),
  );
  app.post('/demo/api/fault', async (c) => {
    const { loseEverySecondWebhook } = await jsonBody(c.req.raw, v.object({ loseEverySecondWebhook: v.boolean() }));
    await sideBySide.setFault(loseEverySecondWebhook);
    return c.json({ loseEverySecondWebhook });
  });
  app.post('/demo/api/sweep', async (c) => {
    await jsonBody(c.req.raw, v.object({}));
    await sideBySide.sweep();
    return c.json({ swept: true });
  });
  return app;
}

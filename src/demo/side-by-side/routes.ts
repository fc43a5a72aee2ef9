import { Hono } from 'hono';
import { streamSSE, type SSEStreamingApi } from 'hono/streaming';
import * as v from 'valibot';
import { jsonBody } from '../../http/json-body.js';
import type { SideBySide } from './side-by-side.js';
import type { DemoFault, DemoState } from './state.js';

const FaultShape: v.GenericSchema<unknown, DemoFault> = v.object({ loseEverySecondWebhook: v.boolean() });

/** The routes of the side-by-side page. */
export function createSideBySideRoutes(sideBySide: SideBySide): Hono {
  const app = new Hono();
  app.get('/demo/api/stream', (c) => streamSSE(c, (stream) => sendStates(stream, sideBySide)));
  app.post('/demo/api/fault', async (c) => {
    const fault = await jsonBody(c.req.raw, FaultShape);
    await sideBySide.setFault(fault.loseEverySecondWebhook);
    return c.json(fault);
  });
  app.post('/demo/api/sweep', async (c) => {
    await jsonBody(c.req.raw, v.object({}));
    await sideBySide.sweep();
    return c.json({ swept: true });
  });
  return app;
}

/** Sends the newest state only: a slow reader skips the ones before it. */
async function sendStates(stream: SSEStreamingApi, sideBySide: SideBySide): Promise<void> {
  const { stopping } = sideBySide;
  let latest: DemoState | undefined;
  let wake = (): void => {};
  const unsubscribe = sideBySide.onState((state) => {
    latest = state;
    wake();
  });
  const end = (): void => wake();
  stream.onAbort(end);
  stopping.addEventListener('abort', end);
  while (!stream.aborted && !stopping.aborted) {
    const state = latest;
    latest = undefined;
    if (state !== undefined) await stream.writeSSE({ event: 'state', data: JSON.stringify(state) });
    else await new Promise<void>((resolve) => (wake = resolve));
  }
  stopping.removeEventListener('abort', end);
  unsubscribe();
}

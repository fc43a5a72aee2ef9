import { serve } from '@hono/node-server';
import { createApp } from './app.js';
import { lockstep } from './billing.js';

await lockstep.start();
const app = createApp(lockstep, {
  team: String(process.env.PRICE_ID),
  business: String(process.env.BUSINESS_PRICE_ID),
});
const server = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000), hostname: '127.0.0.1' }, ({ port }) =>
  console.log(`http://127.0.0.1:${port}`),
);
process.once('SIGTERM', () => server.close(() => void lockstep.stop()));

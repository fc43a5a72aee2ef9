// @ts-check
// What `lockstep serve` runs, on the embedded database. Only this process can read that, so it answers its parent's
// queries too.
import { resolveConfig } from '../../dist/src/engine/config.js';
import { startEngine } from '../../dist/src/engine/engine.js';
import { createApp } from '../../dist/src/http/app.js';
import { createDeliveries } from '../../dist/src/http/deliveries.js';
import { listen } from '../../dist/src/http/listen.js';
import { systemClock } from '../../dist/src/kernel/clock.js';
import { silent } from '../../dist/src/kernel/log.js';

const config = resolveConfig(JSON.parse(process.env['OPTIONS'] ?? '{}'));
const engine = await startEngine(config, { clock: systemClock, log: silent });
const app = createApp({ engine, identify: [], log: silent });
const service = await listen({
  fetch: (request) => app.fetch(request),
  deliveries: createDeliveries({ engine, log: silent }),
  host: '127.0.0.1',
  port: 0,
});

process.on('message', (/** @type {{ text: string, values: unknown[] }} */ query) => {
  engine.database.query(query).then(
    (rows) => process.send?.({ rows }),
    (/** @type {Error} */ error) => process.send?.({ error: error.stack ?? String(error) }),
  );
});
process.on('disconnect', () => process.exit());
process.once('SIGTERM', () => {
  void service
    .close()
    .then(() => engine.stop())
    .then(() => process.exit());
});
process.send?.({ url: service.url });

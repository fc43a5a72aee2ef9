// An emulator in a process of its own, so that its memory and its time are not the client's.
import { memoryUsage, resourceUsage } from 'node:process';

const began = performance.now();
const { startEmulator } = await import('../../dist/emulator/src/index.js');
const loaded = performance.now();
const emulator = await startEmulator();
const started = performance.now();
process.send({
  url: emulator.url,
  port: emulator.port,
  key: emulator.secretKey,
  loadMs: loaded - began,
  startMs: started - loaded,
});

/** Customers with a card and a paid subscription, made by the API's own calls without the way over HTTP. */
const makeCustomers = async (count) => {
  const { price } = await emulator.fixture([
    {
      name: 'price',
      path: '/v1/prices',
      params: { currency: 'usd', unit_amount: 1000, recurring: { interval: 'month' }, product_data: { name: 'Pro' } },
    },
  ]);
  for (let number = 0; number < count; number += 1) {
    const params = {
      name: `Customer ${number}`,
      email: `customer-${number}@example.com`,
      payment_method: 'pm_card_visa',
      invoice_settings: { default_payment_method: 'pm_card_visa' },
    };
    await emulator.fixture([
      { name: 'customer', path: '/v1/customers', params },
      {
        name: 'subscription',
        path: '/v1/subscriptions',
        params: { customer: '${customer:id}', items: [{ price: price.id }] },
      },
    ]);
    // So that the process is not deaf meanwhile.
    if (number % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
};

const answer = async (asked) => {
  if (asked === 'stop') {
    await emulator.stop();
    process.disconnect();
    return;
  }
  if (typeof asked === 'number') await makeCustomers(asked);
  // Before the collection, which none but a bench asks for.
  const maxRss = resourceUsage().maxRSS * 1024;
  if (asked === 'memory' || typeof asked === 'number') globalThis.gc?.();
  const { rss, heapUsed, external } = memoryUsage();
  const { user, system } = process.cpuUsage();
  process.send({ rss, maxRss, objects: heapUsed + external, cpuUs: user + system });
};
process.on('message', (asked) => void answer(asked));

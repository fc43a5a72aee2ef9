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
const makeCustomers = async (count, account = emulator) => {
  const { price } = await account.fixture([
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
    await account.fixture([
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

/** Namespaces, first all of them empty, then with a paid subscription in each. */
const openNamespaces = async (count) => {
  const times = [];
  const open = [];
  for (let number = 0; number < count; number += 1) {
    const began = performance.now();
    open.push(emulator.namespace(`n${number}`));
    times.push(performance.now() - began);
  }
  globalThis.gc?.();
  const emptyRss = memoryUsage().rss;
  for (const [number, namespace] of open.entries()) {
    await makeCustomers(1, namespace);
    if (number % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor(share * (times.length - 1))];
  return { medianMs: at(0.5), slowMs: at(0.9), emptyRss, maxRss: resourceUsage().maxRSS * 1024 };
};

const answer = async (asked) => {
  if (asked === 'stop') {
    await emulator.stop();
    process.disconnect();
    return;
  }
  if (typeof asked === 'object') return void process.send(await openNamespaces(asked.namespaces));
  if (typeof asked === 'number') await makeCustomers(asked);
  // Before the collection, which none but a bench asks for.
  const maxRss = resourceUsage().maxRSS * 1024;
  if (asked === 'memory' || typeof asked === 'number') globalThis.gc?.();
  const { rss, heapUsed, external } = memoryUsage();
  const { user, system } = process.cpuUsage();
  process.send({ rss, maxRss, objects: heapUsed + external, cpuUs: user + system });
};
process.on('message', (asked) => void answer(asked));

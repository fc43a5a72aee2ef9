// The emulator: how fast it starts, how many simple requests it answers a second, what customers with subscriptions
// weigh, and how fast and how large namespaces are.
//
//   npm run build && npm run bench:emulator [-- 100000 --heap 512 --seconds 5 --starts 5 --namespaces 1000]
//
// The emulator has a process of its own, the client is this one: two cores are both needed. Memory is the most that the
// emulator's process ever had, with the runtime's own limits, or with a heap of so many MiB. Prints the machine, its
// load, versions and what was measured; starts are the median of five processes.
import { fork } from 'node:child_process';
import { Agent, request } from 'node:http';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { machineOf, printMachine } from './support/machine.mjs';
import { numberOf, optionsOrExit } from './support/options.mjs';
import { medianOf } from './support/samples.mjs';

const { customers, heap, seconds, startCount, namespaces } = optionsOrExit(() => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      heap: { type: 'string' },
      seconds: { type: 'string', default: '5' },
      starts: { type: 'string', default: '5' },
      namespaces: { type: 'string', default: '1000' },
    },
  });
  return {
    customers: numberOf('customers', positionals[0] ?? '100000', 1),
    heap: values.heap === undefined ? undefined : numberOf('heap', values.heap, 1),
    seconds: numberOf('seconds', values.seconds, 0),
    startCount: numberOf('starts', values.starts, 1),
    namespaces: numberOf('namespaces', values.namespaces, 1),
  };
});
const CONNECTIONS = 16;

const start = async (flags = []) => {
  const child = fork(new URL('support/emulator-server.mjs', import.meta.url), { execArgv: ['--expose-gc', ...flags] });
  const told = await new Promise((resolve) => child.once('message', resolve));
  const ask = (what) =>
    new Promise((resolve) => {
      child.once('message', resolve);
      child.send(what);
    });
  const stop = () =>
    new Promise((resolve) => {
      child.once('exit', resolve);
      child.send('stop');
    });
  return { ...told, ask, stop };
};

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
const call = (emulator, method, path, body = '') =>
  new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${emulator.key}`,
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(body),
    };
    const sent = request({ host: '127.0.0.1', port: emulator.port, method, path, headers, agent }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (answer.statusCode === 200) resolve(text);
        else reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
const made = async (emulator, path, form) =>
  JSON.parse(await call(emulator, 'POST', path, new URLSearchParams(form).toString())).id;

/** Calls a second, with so many at once, and the emulator's own time for each, which a busy machine changes less. */
const rate = async (emulator, work) => {
  const before = await emulator.ask('cpu');
  let count = 0;
  const until = performance.now() + seconds * 1_000;
  const began = performance.now();
  const one = async () => {
    while (performance.now() < until) {
      await work();
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, one));
  const perSecond = count / ((performance.now() - began) / 1000);
  const { cpuUs } = await emulator.ask('cpu');
  return { perSecond: Math.round(perSecond), cpuUs: Math.round((cpuUs - before.cpuUs) / count) };
};

const starts = [];
for (let time = 0; time < startCount; time += 1) {
  const emulator = await start();
  starts.push(emulator);
  await emulator.stop();
}
printMachine(await machineOf(undefined));
console.log(
  `start          ${Math.round(medianOf(starts.map(({ startMs }) => startMs)))} ms` +
    ` (and ${Math.round(medianOf(starts.map(({ loadMs }) => loadMs)))} ms to load the modules)`,
);

const emulator = await start();
const ada = await made(emulator, '/v1/customers', { name: 'Ada' });
const rates = {
  'GET a customer': () => call(emulator, 'GET', `/v1/customers/${ada}`),
  'POST a customer': () => call(emulator, 'POST', '/v1/customers', 'name=Ada&email=ada%40example.com'),
  'GET 10 customers': () => call(emulator, 'GET', '/v1/customers'),
  'POST an update': () => call(emulator, 'POST', `/v1/customers/${ada}`, `metadata[at]=${performance.now()}`),
};
for (const [name, work] of Object.entries(rates)) {
  await rate(emulator, work);
  const { perSecond, cpuUs } = await rate(emulator, work);
  console.log(`${name.padEnd(18)} ${String(perSecond).padStart(6)} /s, ${cpuUs} µs of one core each`);
}
await emulator.stop();

const full = await start(heap === undefined ? [] : [`--max-old-space-size=${heap}`]);
const empty = await full.ask('memory');
const began = performance.now();
const memory = await full.ask(customers);
const took = (performance.now() - began) / 1000;
const mib = (bytes) => `${Math.round(bytes / 2 ** 20)} MiB`;
const within = heap === undefined ? '' : `, heap up to ${heap} MiB`;
console.log(
  `${customers} customers with a paid subscription${within}: at most ${mib(memory.maxRss)} resident ` +
    `(${mib(memory.objects)} of objects; empty: ${mib(empty.rss)}), ` +
    `made in ${Math.round(took)} s (${Math.round(customers / took)} /s)`,
);
// Each gets a customer with a card and a paid subscription, as a test would make.
const shared = await start();
const before = await shared.ask('memory');
const opened = await shared.ask({ namespaces });
console.log(
  `${namespaces} namespaces open: made in ${opened.medianMs.toFixed(2)} ms each (the slowest tenth: over ` +
    `${opened.slowMs.toFixed(2)} ms); ${mib(opened.emptyRss)} resident while empty, at most ${mib(opened.maxRss)} with a ` +
    `subscription each (no namespace: ${mib(before.rss)})`,
);
await shared.stop();
console.log(`load after     ${loadavg()[0].toFixed(2)}`);
await full.stop();
agent.destroy();

import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request as send, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { runCommand } from '../support/command.js';
import { createDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { MIGRATED } from '../support/global-postgres.js';
import { compare } from './compare.js';
import { startFakeStripe, type FakeStripe } from './fake-stripe.js';
import { startLoad, type Load } from './load.js';
import { createRandom } from './random.js';
import type { Service } from './service.js';
import { bearer, openStage, WEBHOOK_SECRET, type Stage } from './stage.js';

const SEED = 20_261_130;
const KILLS = 3;
const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

test(
  'kill -9 of any worker of one service loses no acknowledged event, and the worker is back',
  { timeout: 240_000 },
  async () => {
    const stripe = await startFakeStripe(createRandom(SEED));
    open.push(() => stripe.stop());
    const stage = await stageOf(stripe.url, ['--workers', '3']);
    const random = createRandom(SEED + 1);
    const load = loadOn(stripe, stage.services);
    const killed = new Set<number>();
    for (let kill = 0; kill < KILLS; kill += 1) {
      await load.more('200', random.between(20, 60));
      const pid = await eventually(async () => random.pick(await livingWorkers(stage)), 'a worker lives');
      process.kill(pid, 'SIGKILL');
      killed.add(pid);
    }
    await eventually(async () => (await livingWorkers(stage)).length === 3, 'all three work again', 60_000);
    await load.finish();
    await comeToRest(stage);
    for (const service of stage.services) await service.stop();
    const expected = { truth: stripe.truth(), acknowledged: load.acknowledged, sent: load.sent };
    expect(await stage.open((query) => compare(expected, query))).toMatchObject({ lost: [], differences: [] });
    expect(load.faults).toEqual([]);
    expect(killed.size).toBe(KILLS);
  },
);

test.each([
  ['its first worker', /source\.bound/],
  ['its other workers', /worker\.ready/],
])(
  'a service that is stopped during the start of %s ends well and leaves no address behind',
  { timeout: 60_000 },
  async (_, moment) => {
    const stripe = await startFakeStripe(createRandom(SEED));
    open.push(() => stripe.stop());
    const cwd = await mkdtemp(join(tmpdir(), 'lockstep-workers-'));
    open.push(() => rm(cwd, { recursive: true, force: true }));
    const service = runCommand(['serve', '--port', '0', '--workers', '3'], {
      cwd,
      env: {
        DATABASE_URL: (await createDatabase({ template: MIGRATED })).url,
        STRIPE_SECRET_KEY: 'sk_test_crash',
        STRIPE_API_BASE: stripe.url,
        STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
      },
    });
    await service.says(moment);
    expect(await service.end('SIGTERM')).toBe(0);
    expect(service.output()).not.toContain('service.ready');
    expect(existsSync(join(cwd, '.lockstep', 'service.json'))).toBe(false);
  },
);

test(
  'kill -9 of any of four processes with different roles loses no acknowledged event',
  { timeout: 240_000 },
  async () => {
    const stripe = await startFakeStripe(createRandom(SEED));
    open.push(() => stripe.stop());
    const stage = await openStage('PostgreSQL', {
      workers: 4,
      stripeUrl: stripe.url,
      flagsOf: (index) => ['--roles', ['receive', 'receive', 'prove', 'prove,sweep'][index] ?? ''],
    });
    open.push(() => stage.close());
    const [first, ...others] = stage.services;
    first?.start();
    await first?.ready(); // it migrates
    for (const service of others) service.start();
    await Promise.all(others.map((service) => service.ready()));
    const random = createRandom(SEED + 1);
    const load = loadOn(stripe, stage.services.slice(0, 2));
    for (const place of [2, 0, 3, 1]) {
      const service = stage.services[place] as Service;
      await load.more('200', random.between(20, 60));
      await service.kill();
      service.start();
    }
    await Promise.all(stage.services.map((service) => service.ready()));
    await load.finish();
    await comeToRest(stage);
    for (const service of stage.services) await service.stop();
    const expected = { truth: stripe.truth(), acknowledged: load.acknowledged, sent: load.sent };
    expect(await stage.open((query) => compare(expected, query))).toMatchObject({ lost: [], differences: [] });
    expect(load.faults).toEqual([]);
  },
);

test('four workers ask Stripe for no more than one may', { timeout: 120_000 }, async () => {
  const stripe = await startFakeStripe(createRandom(SEED));
  open.push(() => stripe.stop());
  const limited = await limit(stripe, 50);
  const stage = await stageOf(limited.url, ['--workers', '4', '--rate', '40', '--rate-per-endpoint', '40']);
  const load = loadOn(stripe, stage.services);
  await load.more('200', 300);
  await load.finish();
  await comeToRest(stage);
  expect(limited.taken).toBeGreaterThan(150);
  expect(limited.refused).toBe(0);
});

async function stageOf(stripeUrl: string, flags: readonly string[]): Promise<Stage> {
  const stage = await openStage('PostgreSQL', { workers: 1, stripeUrl, flags });
  open.push(() => stage.close());
  for (const service of stage.services) {
    service.start();
    await service.ready();
  }
  return stage;
}

/** Events of this Stripe for these services, as they are ready. */
function loadOn(stripe: FakeStripe, services: readonly Service[]): Load {
  const load = startLoad({
    stripe,
    secret: WEBHOOK_SECRET,
    random: createRandom(SEED + 2),
    addresses: () => services.flatMap(({ url }) => url ?? []),
    outage: () => 0,
    restMs: 60, // processor time goes into starts, not into events
  });
  open.push(() => load.stop());
  return load;
}

/** The workers that live, by what they say about themselves in the database. */
async function livingWorkers(stage: Stage): Promise<number[]> {
  const rows = await stage.open((query) => query(`select (about->>'pid')::int as pid from lockstep.processes`));
  return rows.map(({ pid }) => Number(pid)).filter(isAlive);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function comeToRest({ services: [service] }: Stage): Promise<void> {
  await eventually(
    async () => ((await (await fetch(`${service?.url}/readyz`, bearer)).json()) as { dirty: number }).dirty === 0,
    'nothing is marked any more',
    60_000,
  );
}

interface Limited {
  readonly url: string;
  readonly taken: number;
  readonly refused: number;
}

/** Answers 429 to more requests than so many a second: a bucket that fills at that speed. */
async function limit(stripe: FakeStripe, perS: number): Promise<Limited> {
  const counts = { taken: 0, refused: 0 };
  let [level, before] = [0, performance.now()];
  const server = createServer((request, response) => {
    const now = performance.now();
    level = Math.max(0, level - ((now - before) / 1_000) * perS);
    before = now;
    if (level + 1 > perS) {
      counts.refused += 1;
      response.writeHead(429, { 'content-type': 'application/json', 'request-id': 'req_limited' });
      response.end(
        JSON.stringify({ error: { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many' } }),
      );
      return;
    }
    level += 1;
    counts.taken += 1;
    const { method, headers } = request;
    const onward = send(new URL(request.url ?? '/', stripe.url), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => closed(server));
  const { port } = server.address() as AddressInfo;
  return Object.assign(counts, { url: `http://127.0.0.1:${port}` });
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

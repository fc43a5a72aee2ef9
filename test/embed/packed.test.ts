import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, readdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importsOf } from '../architecture/imports.js';
import { repositoryText } from '../architecture/repository.js';
import { fitsPhone, signIn } from '../browser/member.js';
import { launchChromium } from '../support/chromium.js';
import { freePort } from '../support/free-port.js';
import { WEBHOOK_SECRET } from '../support/world.js';
import { compile, compiled, installPacked, npm, type Installed } from './packed/install.js';
import { driveSample, environmentOf, newPrice, startSample, type Sample } from './packed/sample.js';
import { openStage, told, type Stage } from './stage.js';

const run = promisify(execFile);
const here = (file: string): string => fileURLToPath(new URL(`packed/${file}`, import.meta.url));
const { exports } = JSON.parse(repositoryText('package.json')) as { exports: Record<string, string> };
const entries = Object.keys(exports).filter((entry) => entry !== './package.json');

let installed: Installed;
let stage: Stage;
/** The build of the sample next, which takes its time while the others run. */
let nextBuilt: Promise<unknown>;
beforeAll(async () => {
  [installed, stage] = await Promise.all([installPacked(), openStage()]);
  nextBuilt = npm(join(installed.folder, 'examples/next'), ['run', 'build']).catch((error: Error) => error);
  await cp(here('user.ts.txt'), join(installed.folder, 'user.ts'));
  for (const app of ['parsed.mjs', 'nest-fastify.mjs']) await cp(here(app), join(installed.folder, app));
}, 240_000);
afterAll(async () => {
  await stage.stop();
  await installed.remove();
});

describe('the packed package', () => {
  test('holds what runs, its types, the migrations and the embedded cluster, nothing else, in 4 MB', () => {
    const unexpected = installed.files.filter(
      (path) =>
        !/^(package\.json|README\.md|LICENSE|dist\/migrations\/.+\.sql|dist\/cluster\.tar\.br|dist\/expected-schema\.json|dist\/web\/.+)$/.test(
          path,
        ),
    );
    expect(unexpected.filter((path) => !/^dist\/[\w/-]+\.(js|d\.ts)$/.test(path))).toEqual([]);
    expect(installed.files.filter((path) => /\.test\.|emulator\/test\//.test(path))).toEqual([]);
    expect(installed.files).toContain('dist/cluster.tar.br');
    expect(installed.files).toContain('dist/expected-schema.json');
    expect(installed.bytes).toBeLessThanOrEqual(4_000_000);
    for (const file of Object.values(exports).map((path) => path.slice('./'.length))) {
      expect(installed.files).toContain(file);
      if (file.endsWith('.js')) expect(installed.files).toContain(file.replace(/\.js$/, '.d.ts'));
    }
  });

  test('is imported by every entry, also with require, and brings the command', async () => {
    const names = entries.map((entry) => `lockstep${entry.slice(1)}`);
    const script = `
      const names = ${JSON.stringify(names)};
      const found = [];
      for (const name of names) found.push(Object.keys(await import(name)).length);
      const { createRequire } = await import('node:module');
      const required = Object.keys(createRequire(process.cwd() + '/x.js')('lockstep'));
      console.log(JSON.stringify({ found, required }));`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: installed.folder });
    const { found, required } = JSON.parse(stdout) as { found: number[]; required: string[] };
    expect(found.every((count) => count > 0)).toBe(true);
    expect(required).toContain('createLockstep');
    const bin = join(installed.folder, 'node_modules/.bin/lockstep');
    expect((await run(bin, ['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+/);
  });

  test('says in its types nothing of packages that are not installed with it', async () => {
    const { dependencies } = JSON.parse(repositoryText('package.json')) as { dependencies: Record<string, string> };
    const read = (file: string): string =>
      readFileSync(join(installed.folder, 'node_modules/lockstep', file.replace(/\.js$/, '.d.ts')), 'utf8');
    const seen = new Set<string>();
    const packages = new Set<string>();
    const visit = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const { specifier } of importsOf(read(file))) {
        if (specifier.startsWith('.')) visit(posix.join(posix.dirname(file), specifier));
        else if (!specifier.startsWith('node:')) packages.add(/^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] as string);
      }
    };
    for (const entry of entries) visit(posix.normalize(exports[entry] as string));
    expect(seen.size).toBeGreaterThan(entries.length);
    expect([...packages].filter((name) => !(name in dependencies))).toEqual([]);
  });

  test("compiles a user's TypeScript, and the samples, against its types", async () => {
    const sources = await Promise.all(
      compiled.map(async (sample) =>
        (await readdir(join(installed.folder, 'examples', sample, 'src'))).map(
          (file) => `examples/${sample}/src/${file}`,
        ),
      ),
    );
    const files = ['user.ts', ...sources.flat()].filter((file) => !file.endsWith('.test.ts'));
    await compile(installed.folder, files);
  });
});

describe('the samples', () => {
  const started: Sample[] = [];
  afterAll(() => started.forEach((sample) => sample.kill()));

  const start = async (
    args: readonly string[],
    cwd: string,
    {
      price = '',
      embedded = false,
      more = {},
    }: { price?: string; embedded?: boolean; more?: Record<string, string> } = {},
  ): Promise<Sample> => {
    const database = embedded ? {} : { DATABASE_URL: String((await stage.options()).databaseUrl) };
    const env = { ...environmentOf(stage.emulator, price), ...database, ...more };
    const sample = await startSample(args, cwd, env);
    started.push(sample);
    return sample;
  };
  const folderOf = (sample: string): string => join(installed.folder, 'examples', sample);
  const drive = async (args: readonly string[], cwd: string, { embedded = false } = {}): Promise<void> => {
    const app = await start(args, cwd, { price: await newPrice(stage.stripe), embedded });
    await driveSample(app, stage.emulator, stage.stripe);
    expect([0, 'SIGTERM']).toContain(await app.end()); // NestJS ends by the signal once it has closed
    expect(app.output()).not.toMatch(/warning|error/i);
  };

  test.each(compiled)(
    '%s: a user signs in, subscribes, pays, and sees a cancellation at Stripe',
    async (sample) => {
      const entry = sample === 'nest' ? 'src/main.js' : 'src/server.js';
      await drive([entry], folderOf(sample), { embedded: sample === 'node' });
    },
    120_000,
  );

  test('nest, on Fastify: the same', () => drive(['nest-fastify.mjs'], installed.folder));

  test('hono: its own tests pass, on the testing kit', async () => {
    const vitest = join(installed.folder, 'node_modules/vitest/vitest.mjs');
    const { PATH = '', HOME = '' } = process.env;
    const args = [vitest, 'run', '--root', folderOf('hono'), '--dir', 'src'];
    const { stdout } = await run(process.execPath, args, { cwd: folderOf('hono'), env: { PATH, HOME, NO_COLOR: '1' } });
    expect(stdout).toMatch(/Tests\s+2 passed/);
  });

  test('jest: tests in CommonJS pass beside a global set-up, and those in ESM on the testing kit', async () => {
    for (const [script, said] of [
      ['commonjs', 'a customer is there to be read'],
      ['esm', 'a customer made at Stripe is a row'],
    ] as const) {
      const { stderr } = await npm(folderOf('jest'), ['run', script]); // where jest reports
      expect(stderr).toContain(`✓ ${said}`);
      expect(stderr).toMatch(/Tests: +1 passed, 1 total/);
    }
  });

  test.each([
    ['express', 'before app.use(express.json())'],
    ['fastify', 'a preParsing hook reads the body'],
    ['nest', 'call mountLockstep before app.useBodyParser()'],
    ['nest on fastify', 'a preParsing hook reads the body'],
  ])('%s with its body parser above Lockstep refuses deliveries, and says what to move', async (framework, hint) => {
    const app = await start(['parsed.mjs', framework], installed.folder);
    expect(await deliver(app)).toMatchObject({ status: 500, code: 'body_parsed', hint: expect.stringContaining(hint) });
    expect(await app.end()).toBe(0);
  });

  test('express with its body parser above Lockstep answers what is not a delivery', async () => {
    const app = await start(['parsed.mjs', 'express'], installed.folder);
    const answer = await fetch(`${app.url}/billing/create-customer/ada`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json', 'x-user': 'ada' }, body: '{}' },
    });
    expect(answer.status).toBe(200);
    expect(await app.end()).toBe(0);
  });

  test('nest that keeps the bytes may parse them first', async () => {
    const app = await start(['parsed.mjs', 'nest with rawBody'], installed.folder);
    expect(await deliver(app)).toMatchObject({ status: 200 });
    expect(await app.end()).toBe(0);
  });

  test('nest that has its routes already says that it is too late to mount', async () => {
    await expect(start(['parsed.mjs', 'nest, too late'], installed.folder)).rejects.toThrow(/before app.init\(\)/);
  });

  test('next, built for production: a user subscribes, upgrades, opens the portal, and sees a cancellation', async () => {
    expect(await nextBuilt).not.toBeInstanceOf(Error);
    const { emulator, stripe } = stage;
    const port = String(await freePort());
    const next = [join(installed.folder, 'node_modules/next/dist/bin/next'), 'start', '-H', '127.0.0.1'];
    const app = await start(next, folderOf('next'), {
      price: await newPrice(stripe),
      more: {
        BUSINESS_PRICE_ID: await newPrice(stripe, { name: 'Business', amount: 2_900 }),
        ...{ PORT: port, APP_ORIGIN: `http://127.0.0.1:${port}` }, // where the portal leads back to
      },
    });
    emulator.createWebhookEndpoint({ url: `${app.url}/billing/stripe-webhooks`, secret: WEBHOOK_SECRET });
    expect((await fetch(`${app.url}/billing/create-customer/nora`, { method: 'POST' })).status).toBe(401);
    const browser = await launchChromium();
    try {
      const nora = await signIn(browser, app.url, 'nora');
      await nora.told('You have no subscription.');
      expect(await nora.mayRead()).toEqual([]);
      await nora.subscribe();
      await nora.pay('4000000000000002');
      await nora.told(/card was declined/);
      await nora.pay('4000002500003155');
      await nora.page.getByRole('dialog', { name: '3-D Secure' }).getByRole('button', { name: 'Complete' }).click();
      await nora.told(/^Team is active\.$/);
      expect(await nora.mayRead()).toEqual(['notes']);
      await nora.page.getByRole('button', { name: 'Upgrade to Business' }).click();
      await nora.page.getByText('$20.00 now, for the rest of this period.').waitFor();
      await nora.page.getByRole('button', { name: 'Upgrade now' }).click();
      await nora.told(/^Business is active\.$/);
      expect(await nora.mayRead()).toEqual(['notes', 'reports']);
      await nora.page.getByRole('button', { name: 'Manage billing' }).click();
      await nora.page.getByRole('link', { name: 'Return' }).click();
      await nora.told(/^Business is active\.$/);
      expect(await fitsPhone(nora.page, 'next')).toBe(true);
      const [subscription] = (await stripe.subscriptions.list({ limit: 1 })).data;
      await stripe.subscriptions.cancel(String(subscription?.id));
      await expect.poll(() => nora.reloaded(), { timeout: 10_000 }).toMatch(/^Business ended on /);
      expect(await nora.mayRead()).toEqual([]);
    } finally {
      await browser.close();
    }
    expect([0, 'SIGTERM']).toContain(await app.end());
    expect(app.output()).not.toMatch(/warning|error/i);
  }, 240_000);

  const deliver = async (app: Sample): Promise<Awaited<ReturnType<typeof told>>> => {
    const event = (await stage.stripe.events.list({ limit: 1 })).data[0] as object;
    const delivery = stage.delivery(event);
    const body = await delivery.arrayBuffer();
    return told(await fetch(`${app.url}/billing/stripe-webhooks`, { method: 'POST', headers: delivery.headers, body }));
  };
});

test('what the samples have in common is the same text in each', () => {
  for (const file of ['billing.ts', 'members.ts', 'session.ts']) {
    const texts = compiled.map((sample) => repositoryText(`examples/${sample}/src/${file}`));
    expect(new Set(texts).size, file).toBe(1);
  }
});

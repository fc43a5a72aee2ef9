import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cp, readdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importsOf } from '../architecture/imports.js';
import { repositoryText } from '../architecture/repository.js';
import { eventually } from '../support/eventually.js';
import { WEBHOOK_SECRET } from '../support/world.js';
import { compile, installPacked, samples, type Installed } from './packed/install.js';
import { openStage, told, type Stage } from './stage.js';

const run = promisify(execFile);
const here = (file: string): string => fileURLToPath(new URL(`packed/${file}`, import.meta.url));
const { exports } = JSON.parse(repositoryText('package.json')) as { exports: Record<string, string> };
const entries = Object.keys(exports).filter((entry) => entry !== './package.json');

let installed: Installed;
let stage: Stage;
beforeAll(async () => {
  [installed, stage] = await Promise.all([installPacked(), openStage()]);
  await cp(here('user.ts.txt'), join(installed.folder, 'user.ts'));
  await cp(here('express-parsed.mjs'), join(installed.folder, 'express-parsed.mjs'));
});
afterAll(async () => {
  await stage.stop();
  await installed.remove();
});

describe('the packed package', () => {
  test('holds what runs, its types, the migrations and the embedded cluster, and nothing else', () => {
    const unexpected = installed.files.filter(
      (path) =>
        !/^(package\.json|README\.md|LICENSE|migrations\/.+\.sql|dist\/cluster(\/.+|\.tgz)|dist\/web\/.+)$/.test(path),
    );
    expect(unexpected.filter((path) => !/^dist\/[\w/-]+\.(js|d\.ts)$/.test(path))).toEqual([]);
    expect(installed.files.filter((path) => /\.test\.|\/testing\//.test(path))).toEqual([]);
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
      for (const specifier of importsOf(read(file))) {
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
      samples.map(async (sample) =>
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
  const children: ChildProcess[] = [];
  afterAll(async () => {
    for (const child of children.filter(({ exitCode }) => exitCode === null)) child.kill('SIGKILL');
  });

  const start = async (script: string, cwd: string, env: Record<string, string>) => {
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, [script], { cwd, env: { PATH, HOME, PORT: '0', ...env } });
    children.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += String(text)));
    const says = (): Promise<string> =>
      eventually(
        async () => {
          if (child.exitCode !== null) throw new Error(`${script} ended:\n${output}`);
          return /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
        },
        `${script} says where it is:\n${output}`,
        60_000,
      );
    return {
      url: await says(),
      output: () => output,
      async end() {
        child.kill('SIGTERM');
        return child.exitCode ?? ((await once(child, 'exit')) as [number | null])[0];
      },
    };
  };

  const environment = async (price: string): Promise<Record<string, string>> => ({
    DATABASE_URL: String((await stage.options()).databaseUrl),
    PRICE_ID: price,
    STRIPE_API_BASE: stage.emulator.url,
    STRIPE_SECRET_KEY: stage.emulator.secretKey,
    STRIPE_PUBLISHABLE_KEY: stage.emulator.publishableKey,
    STRIPE_JS_URL: `${stage.emulator.url}/v3/`,
    STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
  });

  const newPrice = async (): Promise<string> => {
    const product = await stage.stripe.products.create({ name: 'Team' });
    const recurring = { interval: 'month' } as const;
    const price = { product: product.id, currency: 'usd', unit_amount: 900, recurring };
    return (await stage.stripe.prices.create(price)).id;
  };

  test.each(samples)('%s: sign in, subscribe, pay, see it; cancel at Stripe, see that too', async (sample) => {
    const folder = join(installed.folder, 'examples', sample);
    const env = await environment(await newPrice());
    if (sample === 'node') delete env['DATABASE_URL']; // on the embedded database
    const app = await start('src/server.js', folder, env);
    stage.emulator.createWebhookEndpoint({ url: `${app.url}/billing/stripe-webhooks`, secret: WEBHOOK_SECRET });
    const ask = async (method: string, path: string, body?: object, cookie = '') =>
      fetch(`${app.url}${path}`, {
        ...{ method, headers: { 'content-type': 'application/json', cookie } },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });

    expect((await ask('POST', '/subscribe', {})).status).toBe(401);
    expect((await ask('POST', '/billing/create-customer/ada', {})).status).toBe(401);
    const signedIn = await ask('POST', '/sign-in', { username: 'ada' });
    const cookie = String(signedIn.headers.get('set-cookie')).split(';')[0] as string;

    const subscribed = await ask('POST', '/subscribe', {}, cookie);
    const { id, kind, clientSecret } = (await subscribed.json()) as { id: string; kind: string; clientSecret: string };
    expect({ status: subscribed.status, kind, clientSecret }).toMatchObject({ status: 200, kind: 'payment' });
    await stage.stripe.paymentIntents.confirm(clientSecret.split('_secret_')[0] as string, {
      payment_method: 'pm_card_visa',
    });

    const becomes = (status: string | undefined): Promise<true> =>
      eventually(
        async () => {
          const { membership } = (await (await ask('GET', '/membership', undefined, cookie)).json()) as {
            membership: { subscription: string; status: string } | null;
          };
          return membership?.status === status || undefined;
        },
        `the membership is ${String(status)}: ${app.output()}`,
      );
    await becomes('active');
    await stage.stripe.subscriptions.cancel(id);
    await becomes(undefined);
    expect(await app.end()).toBe(0);
  });

  test('express with its body parser above Lockstep refuses deliveries, and says what to move', async () => {
    const app = await start('express-parsed.mjs', installed.folder, await environment(''));
    const delivery = stage.delivery({ id: 'evt_1' }, '/billing/stripe-webhooks');
    const answer = await fetch(`${app.url}/billing/stripe-webhooks`, {
      ...{ method: 'POST', headers: delivery.headers, body: await delivery.arrayBuffer() },
    });
    expect(await told(answer)).toMatchObject({
      ...{ status: 500, code: 'body_parsed', hint: expect.stringContaining('before app.use(express.json())') },
    });
    const own = await fetch(`${app.url}/billing/create-customer/ada`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json', 'x-user': 'ada' }, body: '{}' },
    });
    expect(own.status).toBe(200);
    expect(await app.end()).toBe(0);
  });
});

test('what the samples have in common is the same text in each', () => {
  for (const file of ['billing.ts', 'members.ts', 'session.ts']) {
    const texts = samples.map((sample) => repositoryText(`examples/${sample}/src/${file}`));
    expect(new Set(texts).size, file).toBe(1);
  }
});

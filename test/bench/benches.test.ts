import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase } from '../support/database.js';
import { temporaryDirectory } from '../support/demo.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const scripts = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> })
  .scripts;
const small = ['--pairs', '1', '--seconds', '0.1'];
const RUN = /^ {2}(Lockstep\S*|Lockstep[ ,][\w ]+|floor: [\w ]+?) +\d+\/s {2}p50 +[\d.]+ {2}p99 +[\d.]+ ms {2}.*$/gm;
const MACHINE = /^machine {3}\d+ × .+ GiB, load [\d.]+ before\nversions {2}commit \w+(?:, changed)?, Node [\d.]+\n/;
const page = ['connections', 'proven'].map((part) => markers(`bench:webhooks ${part}`)).join('\n');

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeAll(async () => {
  if (!existsSync(join(root, 'dist/cli/main.js'))) throw new Error('the command is not built: npm run build');
  directory = await temporaryDirectory();
});
afterAll(() => directory.remove());

/** Each bench in its smallest form: it runs to its end and prints what it promises. No figure is looked at. */
describe('every bench still runs:', () => {
  test('bench:webhooks plays its parts and writes them into a page', async () => {
    const file = join(directory.path, 'page.md');
    writeFileSync(file, `# Figures\n\n${page}\n\n## Later\n`);
    const text = await bench('webhooks', ['--part', 'proven', '--write', file, ...small]);
    expect(text).toMatch(MACHINE);
    expect(text).toMatch(/^database {2}PostgreSQL [\d.]+ \(fsync on, synchronous_commit on, shared_buffers \w+\)$/m);
    const runs = text.match(RUN) ?? [];
    expect(runs.length, text).toBe(4); // two runs, and the median of each
    for (const run of runs) expect(run).toContain('100 % shown');
    expect(runs.filter((line) => line.includes('until all is proven'))[0]).toMatch(/ \d+\/s proven$/);

    const written = readFileSync(file, 'utf8');
    expect(written).toContain(markers('bench:webhooks connections')); // was not played
    expect(written).toMatch(/<!-- bench:webhooks proven -->\s+## Until every object is proven\n/);
    expect(written).toContain('![Until every object is proven: events a second](plots/webhooks-proven.svg)');
    expect(written).toMatch(/^## Later$/m);
    expect(readFileSync(join(directory.path, 'plots/webhooks-proven.svg'), 'utf8')).toMatch(/^<svg [\s\S]+<\/svg>\n$/);
  });

  test('bench:webhooks plays a load of its own: items present, larger bodies, duplicates, floors', async () => {
    const load = ['--load', 'subscription', '--items', '200', '--bytes', '5000', '--copies', '2', '--connections', '2'];
    const text = await bench('webhooks', [...load, '--peer', 'none', '--floors', ...small]);
    expect(text).toContain(
      'subscription, 2 connections, 200 items present, bodies of 5,000 bytes, each 2 times\n' +
        '  Lockstep: 200 items inserted',
    );
    const runs = text.match(RUN) ?? [];
    expect(runs, text).toHaveLength(6); // three runs, and the median of each
    expect(runs[0]).toContain('100 % shown');
    expect(text).toMatch(/^ {2}ratio to floor: signature and durable insert: [\d.]+$/m);
    expect(text).toMatch(/^ {2}ratio to floor: the signature alone: [\d.]+$/m);
  });

  test('bench:webhooks plays Lockstep on the embedded database, without a PostgreSQL', async () => {
    const text = await bench('webhooks', ['--pglite', '--connections', '2', ...small], { postgres: false });
    expect(text).toMatch(/^database {2}PGlite [\d.]+ on disk, each commit synced$/m);
    const [run] = text.match(RUN) ?? [];
    expect(run, text).toContain('100 % shown');
  });

  test('bench:latency reads rows back at fixed rates and after cancellations, and writes both', async () => {
    const file = join(directory.path, 'latency.md');
    const names = ['bench:latency postgres', 'bench:latency cancellations postgres'];
    writeFileSync(file, names.map(markers).join('\n'));
    const rates = ['--rates', '20,200', '--peer', 'none', '--cancellations', '3'];
    const text = await bench('latency', [...rates, '--write', file, ...small]);
    expect(text).toMatch(MACHINE);
    expect(
      text.match(/^ {2}Lockstep +p50 +[\d.]+ {2}p99 +[\d.]+ {2}max +[\d.]+ ms {2}\([\d.]+, [\d.]+\)$/gm),
    ).toHaveLength(2);
    expect(text).toMatch(/^3 subscriptions cancelled, .*\n {2}p50 [\d.]+ {2}p90 [\d.]+ {2}p99 [\d.]+ {2}max [\d.]+$/m);
    const written = readFileSync(file, 'utf8');
    expect(written).toContain('](plots/latency-postgres.svg)');
    expect(written).toMatch(/3 subscriptions cancelled one after the other/);
  });

  test.each([
    [
      'backfill',
      ['customers', '250', '--limit', '25'],
      /^backfill: 250 customers in [\d.]+ s, .* MiB at most\n.*\n[\d.]+ requests\/s of 20\/s .* 0 answered 429$/m,
    ],
    ['verify', ['subscriptions', '250'], /^verify: 250 subscriptions in [\d.]+ s, \d+ rows\/s/m],
    [
      'burst',
      ['60', 'invoice', 'charge'],
      /^all proven in \d+ s, .*\n.*\n\d+ pages and \d+ reads answered, 0 answered 429$/m,
    ],
    [
      'soak',
      [
        ...[
          '--events',
          '100',
          '--burst',
          '50',
          '--objects',
          '50',
          '--rate',
          '100',
          '--connections',
          '4',
          '--every',
          '1',
        ],
        ...['--reader', '0.2', '--away', '0.2', '--stripe', '0.2', '--after', '0'],
      ],
      /^0 accepted events are missing in the inbox; .*\nat full speed [^]*^after the rest, tables and indexes have \d+ MiB/m,
    ],
    ['access', ['40', '--calls', '10'], /^isSubscribed\(\{ price \}\) +8 at once +ms: p50 [\d.]+ .* max [\d.]+$/m],
    ['columns', ['--rows', '100', '--rounds', '1'], /^round 1 {2}generated always … stored +insert +\d+ rows\/s/m],
    [
      'emulator',
      ['3', '--seconds', '0.05', '--starts', '1', '--namespaces', '2'],
      /^3 customers with a paid subscription: at most \d+ MiB resident[^]*^2 namespaces open: made in [\d.]+ ms each/m,
    ],
  ])('bench:%s %j', async (name, args, line) => {
    const text = await bench(name, args);
    expect(text).toMatch(MACHINE);
    expect(text).toMatch(line);
  });
});

test('the list of benches here is complete', () => {
  const tested = readFileSync(fileURLToPath(import.meta.url), 'utf8');
  const names = Object.keys(scripts).filter((name) => name.startsWith('bench:'));
  const missing = names.filter((name) => !new RegExp(`'${name.slice('bench:'.length)}',\\s*\\[`).test(tested));
  expect(missing).toEqual([]);
});

test.each([
  [
    'webhooks',
    ['--load', 'refunds'],
    '--load refunds: there are mixed, customer, product, price, subscription, invoice',
  ],
  ['backfill', ['customers', 'many'], '--size many: must be a number of at least 1'],
])('bench:%s %j is refused in a sentence', async (name, args, message) => {
  const { code, text } = await run(name, args, undefined);
  expect(text).toMatch(new RegExp(`^${message.replaceAll('.', '\\.')}`));
  expect(text.trimEnd()).not.toContain('\n');
  expect(code).toBe(2);
});

function markers(name: string): string {
  return `<!-- ${name} -->\n<!-- /${name} -->\n`;
}

/** What a bench prints, once it has ended well. It gets a database of its own. */
async function bench(name: string, args: readonly string[], { postgres = true } = {}): Promise<string> {
  const database = postgres ? await createDatabase() : undefined;
  try {
    const { code, text } = await run(name, args, database?.url);
    expect(code, text).toBe(0);
    return text;
  } finally {
    await database?.drop();
  }
}

async function run(name: string, args: readonly string[], databaseUrl: string | undefined) {
  const [program, script] = (scripts[`bench:${name}`] ?? '').split(' ');
  expect(program).toBe('node');
  const { PATH = '', HOME = '', TMPDIR = '' } = process.env;
  const child = spawn(process.execPath, [script ?? '', ...args], {
    cwd: root,
    env: { PATH, HOME, TMPDIR, ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, text };
}

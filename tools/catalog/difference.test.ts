import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

// npm run diff:api-version, with an older catalog that is made from today's. It runs the built catalog.
const root = fileURLToPath(new URL('../../', import.meta.url));
const today = join(root, 'src/catalog/generated');
let before: string;

beforeAll(() => {
  before = mkdtempSync(join(tmpdir(), 'lockstep-catalog-'));
  cpSync(today, before, { recursive: true });
});
afterAll(() => rmSync(before, { recursive: true }));

/** Changes the older catalog. Fails if the text is not there. */
function edit(file: string, from: string | RegExp, to: string): void {
  const text = readFileSync(join(before, file), 'utf8');
  const edited = text.replace(from, to);
  expect(edited).not.toBe(text);
  writeFileSync(join(before, file), edited);
}

const diff = (...places: string[]) =>
  spawnSync('node', ['tools/catalog/diff.mjs', ...places], { cwd: root, encoding: 'utf8' });

test('between two equal catalogs nothing differs', () => {
  const { stdout, status } = diff(before);
  expect(stdout).toMatch(/^## From Stripe's API \S+ to \S+\n\nNothing differs\.\n$/);
  expect(status).toBe(0);
});

test('it names the tables, columns, events and models that a move of the API version changes', () => {
  edit('api-version.ts', /API_VERSION = '[^']+'/, "API_VERSION = '2020-08-27'");
  edit('objects.ts', /(object: 'customer',[\s\S]*?columns: \{\n)/, "$1      ancient_field: 'text',\n");
  edit('objects.ts', /(object: 'customer',[\s\S]*?)      balance: '\w+',\n/, '$1');
  edit('objects.ts', /(object: 'customer',[\s\S]*?delinquent: )'boolean'/, "$1'text'");
  edit('objects.ts', /  \{\n    object: 'review',[\s\S]*?\n  \},\n/, '');
  const { stdout, stderr, status } = diff(before);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toContain("## From Stripe's API 2020-08-27 to ");
  expect(stdout).toContain('### New tables\n\n`reviews`\n');
  expect(stdout).toContain('### New event types\n\n`review.closed`, `review.opened`\n');
  expect(stdout).toContain(
    '| `customers` | `balance (bigint)` | `ancient_field (text)` | `delinquent (text → boolean)` |' +
      ' `Customer`: drizzle, prisma, kysely, django, sql |',
  );
});

test('it says how it is called if it cannot find what to compare with', () => {
  expect(diff()).toMatchObject({ status: 2, stderr: expect.stringContaining('usage: npm run diff:api-version') });
  expect(diff('no-such-commit')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('no-such-commit is neither'),
  });
});

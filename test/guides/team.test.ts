import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

test('the tests of an app run at the same time on one emulator, each in its namespace', async () => {
  const args = ['--test', 'examples/emulator/namespaces.test.mjs'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  expect(stdout).toMatch(/^# pass 4$/m);
}, 60_000);

test('a test asks for requests, signed events, and ids', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--test', 'examples/emulator/team.test.mjs'], {
    cwd: root,
  });
  expect(stdout).toMatch(/^# pass 4$/m);
}, 60_000);

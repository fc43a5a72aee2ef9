import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

test('an application tests itself with the emulator of the package, by the package’s own name', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--test', 'examples/emulator/renewal.test.mjs'], {
    cwd: root,
  });
  expect(stdout).toMatch(/^# pass 3$/m);
}, 30_000);

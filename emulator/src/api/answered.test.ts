import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { countOperations } from '../operations.js';
import { startRig } from '../../test/rig.js';

test('counts the SDK’s operations that are answered for real', () => {
  const { answered: real, total, groups, unbuilt } = countOperations();
  expect(total).toBe(557);
  expect(real + unbuilt.length).toBe(total);
  // A floor, so that nothing is lost unnoticed.
  expect(real).toBeGreaterThanOrEqual(330);
  expect(groups['/v1/subscriptions']).toEqual([10, 10]);
  expect(groups['/v1/entitlements/features']).toEqual([4, 4]);
  expect(unbuilt).toContain('POST /v1/terminal/readers');
  const commands = readFileSync(new URL('../../../docs/reference/commands.md', import.meta.url), 'utf8');
  expect(commands).toContain(`${real} of the ${total} operations of the SDK`);
});

test('every operation that does not count says 501 and its own name', async () => {
  const it = await startRig();
  const { unbuilt } = countOperations();
  for (const name of unbuilt) {
    const [verb = '', path = ''] = name.split(' ');
    const { status, body } = await it.call(verb, path.replaceAll(':', 'x_1'), verb === 'POST' ? '' : undefined);
    expect([status, body.error?.code, body.error?.type], name).toEqual([501, 'emulator_not_built', 'api_error']);
    expect(body.error?.message).toContain(name);
  }
  expect((await it.call('GET', '/_emulator/operations')).body).toMatchObject({ total: 557, unbuilt });
  await it.stop();
});

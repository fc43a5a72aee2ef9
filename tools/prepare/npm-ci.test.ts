import { expect, test } from 'vitest';
import { isInstalled } from './npm-ci.mjs';

const hono = { version: '4.13.19', integrity: 'sha512-a' };
const wanted = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/hono': hono,
    'node_modules/fsevents': { version: '2.3.3', integrity: 'sha512-b', optional: true },
  },
};
const installed = (packages: Record<string, { version: string; integrity: string }>) => ({ packages });

test('nothing is installed again when npm recorded exactly what the lock file asks for', () => {
  expect(isInstalled(wanted, installed({ 'node_modules/hono': hono }))).toBe(true);
});

test.each([
  ['nothing was ever installed', undefined],
  ['a package is missing', installed({})],
  ['a package has another version', installed({ 'node_modules/hono': { ...hono, version: '4.13.18' } })],
  ['a package has other contents', installed({ 'node_modules/hono': { ...hono, integrity: 'sha512-z' } })],
  ['a package is left over', installed({ 'node_modules/hono': hono, 'node_modules/express': hono })],
])('dependencies are installed when %s', (_, record) => {
  expect(isInstalled(wanted, record)).toBe(false);
});

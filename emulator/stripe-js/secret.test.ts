import { expect, it } from 'vitest';
import { openSecret } from './secret.js';

it.each([
  ['pi_1A_secret_x9', { kind: 'payment', id: 'pi_1A', secret: 'pi_1A_secret_x9' }],
  ['seti_1_secret_y', { kind: 'setup', id: 'seti_1', secret: 'seti_1_secret_y' }],
  ['pi_1', null],
  ['cs_test_1_secret_z', null],
  [undefined, null],
])('the secret %s opens %o', (secret, opened) => {
  expect(openSecret(secret)).toEqual(opened);
});

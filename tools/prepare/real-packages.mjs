// @ts-check
// Installs the packages of others that the tests run against the emulator. They are no dependencies of lockstep.
import { installIfStale } from './npm-ci.mjs';

try {
  await installIfStale('test/real-packages/in-ci/', 'packages of others that run against the emulator');
} catch (error) {
  console.error(/** @type {Error} */ (error).message);
  process.exitCode = 1;
}

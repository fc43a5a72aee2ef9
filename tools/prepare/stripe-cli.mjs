// @ts-check
// Installs the official Stripe CLI for the tests. It has a package of its own, so an app that installs lockstep does not get it.
import { installIfStale } from './npm-ci.mjs';

try {
  await installIfStale('test/stripe-cli/', 'the Stripe CLI');
} catch (error) {
  console.error(/** @type {Error} */ (error).message);
  process.exitCode = 1;
}

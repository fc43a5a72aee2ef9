// @ts-check
// Installs the official Stripe CLI for the tests, in a package of its own: nobody who installs lockstep gets it.
import { installIfStale } from './npm-ci.mjs';

try {
  await installIfStale('test/stripe-cli/', 'the Stripe CLI');
} catch (error) {
  console.error(/** @type {Error} */ (error).message);
  process.exitCode = 1;
}

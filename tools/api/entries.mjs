// @ts-check
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * A page of the API's documentation: what may be imported from where.
 * @typedef {{ file: string, title: string, intro: string, entries: string[] }} Page
 * @type {readonly Page[]}
 */
export const pages = [
  {
    file: 'lockstep.md',
    title: 'The package lockstep',
    intro: 'Lockstep inside an app: its options, billing for the app’s users, hooks, and what an operator asks for.',
    entries: ['lockstep'],
  },
  {
    file: 'adapters.md',
    title: 'Adapters',
    intro:
      'What mounts a `Lockstep` in a framework. None of them depends on its framework: they take whatever has the few members ' +
      'that they use. A runnable sample of each is in [examples](../../examples/README.md).',
    entries: ['node', 'express', 'fastify', 'hono', 'next', 'nest'].map((name) => `lockstep/${name}`),
  },
  {
    file: 'testing.md',
    title: 'lockstep/testing',
    intro:
      'For the tests of an app: a local Stripe, an embedded PostgreSQL and Lockstep between them, in one call. The guide is ' +
      '[the emulator in tests](../guides/the-emulator-in-tests.md).',
    entries: ['lockstep/testing'],
  },
  {
    file: 'emulator.md',
    title: 'lockstep/emulator',
    intro: 'The local Stripe alone, for tests and development.',
    entries: ['lockstep/emulator'],
  },
];

/** The entries of package.json, by how they are imported: `lockstep/hono` → `src/adapters/hono.ts`. */
export function sourcesOfEntries() {
  const { exports } = JSON.parse(fs.readFileSync(`${ROOT}package.json`, 'utf8'));
  return new Map(
    Object.entries(/** @type {Record<string, string>} */ (exports))
      .filter(([, file]) => file.endsWith('.js'))
      .map(([key, file]) => [key.replace(/^\./, 'lockstep'), file.replace(/^\.\/dist\/(.*)\.js$/, '$1.ts')]),
  );
}

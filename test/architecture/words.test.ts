import { expect, test } from 'vitest';
import { repositoryFiles, repositoryText } from './repository.js';

/** What no file may contain, written so that this file does not contain it either. */
const forbidden = [
  { what: 'an absolute path of one machine', pattern: new RegExp('/(?:work|home|Users|root)/[a-z]') },
  { what: 'the host of a package registry', pattern: new RegExp('registry\\.(?:npmjs|yarnpkg|npmmirror)\\.') },
  { what: 'an address of a locked package', pattern: new RegExp('"resolved"' + ':') },
  { what: 'a live Stripe key', pattern: new RegExp('[sr]k_live_[0-9A-Za-z]{16}') },
];

const BINARY = /\.(png|jpe?g|gif|ico|woff2?|pdf|gz|zip)$/;
const texts = repositoryFiles().filter((file) => !BINARY.test(file));

test('no file names a machine, a package registry or a live key', () => {
  expect(texts).toContain('package-lock.json');
  const found = texts.flatMap((file) => {
    const text = repositoryText(file);
    return forbidden.filter(({ pattern }) => pattern.test(text)).map(({ what }) => `${file} contains ${what}`);
  });
  expect(found).toEqual([]);
});

test.each([
  ['see /wor' + 'k/shared/design.md'],
  ['https://registry.np' + 'mjs.org/hono'],
  ['{ "resolv' + 'ed": "https://somewhere/hono.tgz" }'],
  ['STRIPE_SECRET_KEY=sk_li' + 've_0123456789abcdefXYZ'],
])('%s would be found', (line) => {
  expect(forbidden.some(({ pattern }) => pattern.test(line))).toBe(true);
});

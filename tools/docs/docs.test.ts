// The documentation site, in a folder of its own: every link leads somewhere, and every page can be read everywhere.
import axe from 'axe-core';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../../test/support/chromium.js';
import { brokenLinks } from './links.mjs';
import { writeSite } from './site.mjs';
import { sources, textOf } from './sources.mjs';

let folder: string;
let written: string[];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-site-'));
  written = writeSite(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const htmlOf = (address: string): string => readFileSync(join(folder, address), 'utf8');

test('every link of the documentation leads to a file or a heading that is there', () => {
  expect(sources().length).toBeGreaterThan(80);
  expect(brokenLinks()).toEqual([]);
});

test.each([
  ['a page that is not there', '[x](nowhere.md)', 'nowhere.md'],
  ['a heading that is not there', '[x](glossary.md#no-such-word)', 'glossary.md#no-such-word'],
  ['a heading of its own that is not there', '# Title\n\n[x](#titel)', '#titel'],
  ['a source that is not there', '[x](../src/nowhere.ts)', '../src/nowhere.ts'],
  ['an image that is not there', '![x](images/nowhere.png)', 'images/nowhere.png'],
])('%s is found', (_, text, href) => {
  const texts = new Map([
    ['docs/page.md', `# Page\n\n${text}\n`],
    ['docs/glossary.md', textOf('docs/glossary.md')],
  ]);
  expect(brokenLinks(texts).filter((link) => link.startsWith('docs/page.md'))).toEqual([`docs/page.md: ${href}`]);
});

test('every address in the pages was written, and every heading that one names is on its page', () => {
  const pages = written.filter((address) => address.endsWith('.html'));
  const idsOf = (address: string): Set<string> =>
    new Set([...htmlOf(address).matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id));
  const ids = new Map(pages.map((address) => [address, idsOf(address)]));
  const wrong = pages.flatMap((address) =>
    [...htmlOf(address).matchAll(/ (?:href|src)="([^"]+)"/g)].flatMap(([, href = '']) => {
      if (/^(https?|mailto):/.test(href)) return [];
      const { pathname, hash } = new URL(href, `https://site/${address}`);
      const place = decodeURIComponent(pathname.slice(1));
      const isThere = existsSync(join(folder, place)) && !place.endsWith('/');
      return isThere && (hash === '' || ids.get(place)?.has(decodeURIComponent(hash.slice(1))))
        ? []
        : [`${address}: ${href}`];
    }),
  );
  expect(pages.length).toBeGreaterThan(100);
  expect(wrong).toEqual([]);
});

test('every page of the guides, the operations and the reference is in the navigation and in llms.txt', () => {
  const listed = htmlOf('llms.txt');
  const missing = sources()
    .filter((file) => /^docs\/(guides|operations|reference)\//.test(file))
    .filter(
      (file) => !listed.includes(`](${file})`) || !htmlOf('index.html').includes(file.replace(/(README)?\.md$/, '')),
    );
  expect(missing).toEqual([]);
  expect(listed).toMatch(/^# Lockstep\n\n> Keeps your app's database/);
  for (const [, file = ''] of listed.matchAll(/\]\(([^)]+)\)/g)) expect(htmlOf(file)).toBe(textOf(file));
});

describe('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => (browser = await launchChromium()));
  afterAll(() => browser.close());

  test.each([
    ['a phone', { width: 390, height: 844 }, 'dark'],
    ['a desk', { width: 1280, height: 800 }, 'light'],
  ] as const)(
    'on %s, nothing is wider than the screen, and axe-core finds no violation',
    async (_, viewport, colorScheme) => {
      const page = await browser.newPage({ viewport, colorScheme });
      for (const address of [
        'index.html',
        'docs/operations/index.html',
        'docs/operations/console.html',
        'docs/decisions/index.html',
      ]) {
        await page.goto(pathToFileURL(join(folder, address)).href);
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), address).toBe(0);
        await page.evaluate(axe.source);
        const found = await page.evaluate(
          `axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))`,
        );
        expect(found, address).toEqual([]);
      }
      await page.close();
    },
  );
});

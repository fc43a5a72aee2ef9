import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fileText, guides, snippetsOf } from './snippets.js';

/** Which test runs the commands of which guide. */
const runners: Readonly<Record<string, string>> = {
  'access-from-the-mirror.md': 'test/billing/guide.test.ts',
  'beside-a-django-site.md': 'test/django/django.test.ts',
  'follow-changes.md': 'test/changes/guide.test.ts',
  'migrating-from-another-sync-engine.md': 'test/guides/migrating.test.ts',
  'testing-as-a-team.md': 'test/cli/against-stripe.test.ts',
  'the-emulator-in-tests.md': 'test/cli/emulator.test.ts',
};

test('there are guides, and code in them', () => {
  expect(guides().flatMap(snippetsOf).length).toBeGreaterThan(10);
});

test('every guide is in the list of them, and the list leads to what is there', () => {
  const list = [...fileText('docs/README.md').matchAll(/\]\(([^)#:]+)/g)].map(([, link = '']) => link);
  expect(list.filter((link) => link.startsWith('guides/')).sort()).toEqual(guides().map((guide) => `guides/${guide}`));
  const there = (link: string): boolean => existsSync(new URL(`../../docs/${link}`, import.meta.url));
  expect(list.filter((link) => !there(link))).toEqual([]);
});

describe.each(guides())('the guide %s', (guide) => {
  test.each(snippetsOf(guide).map((snippet) => [snippet.text.split('\n')[0], snippet] as const))(
    'shows code that is run: %s',
    (_, { says, text }) => {
      const [, kind, what = ''] = /^(from|run)(?: (.+))?$/.exec(says ?? '') ?? [];
      switch (kind) {
        case 'from':
          return expect(fileText(what)).toContain(text);
        case 'run':
          return expect(fileText(runners[guide] ?? '')).toContain(`'${says}'`);
        default:
          throw new Error(`${guide} does not say what runs this:\n${text}`);
      }
    },
  );

  test('links to what is there', () => {
    const links = [...fileText(`docs/guides/${guide}`).matchAll(/\]\(([^)#:]+)\)/g)].map(([, link = '']) => link);
    for (const link of links) {
      const path = new URL(link, new URL(`docs/guides/${guide}`, 'file:///')).pathname.slice(1);
      expect(() => fileText(path.includes('.') ? path : `${path}/README.md`), link).not.toThrow();
    }
  });
});

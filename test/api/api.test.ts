import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { pages } from '../../tools/api/entries.mjs';
import { markdownOf, repeatedAnchors } from '../../tools/api/markdown.mjs';
import { readApi } from '../../tools/api/read.mjs';
import { fileText } from '../guides/snippets.js';

describe('the public API', () => {
  const { entries, problems } = readApi();
  const written = markdownOf(pages, entries);

  test('has a docstring at every name and member, a default where something may be left out, and no hidden type', () => {
    expect(problems).toEqual([]);
  });

  test('is read whole: every entry of package.json is on a page', () => {
    expect(pages.flatMap((page) => page.entries).sort()).toEqual([...entries.keys()].sort());
    const names = [...entries.values()].flatMap(({ sections }) => sections.flatMap(({ items }) => items));
    expect(names.length).toBeGreaterThan(80);
  });

  test('is described in docs/api as its docstrings say it (npm run generate:api)', () => {
    const kept = readdirSync(new URL('../../docs/api/', import.meta.url)).sort();
    expect(kept).toEqual([...written.keys()].sort());
    for (const [file, text] of written) expect(fileText(`docs/api/${file}`), file).toBe(text);
  });

  test('has pages whose links lead somewhere', () => {
    for (const [file, text] of written) {
      expect(repeatedAnchors(text), file).toEqual([]);
      for (const [, link = ''] of text.matchAll(/\]\(([^)]+)\)/g)) {
        const [page, anchor] = link.split('#');
        const target =
          page === ''
            ? text
            : (written.get(page ?? '') ?? readFileSync(new URL(`../../docs/api/${page}`, import.meta.url), 'utf8'));
        if (anchor === undefined) continue;
        const headings = [...target.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading.toLowerCase());
        expect(headings, `${file} links to ${link}`).toContain(anchor);
      }
    }
  });
});

test('what lacks a docstring, a default or a name of its own is found', () => {
  const { problems } = readApi(new Map([['sample', 'test/api/sample.ts']]));
  expect(problems).toEqual([
    'sample: Options names Hidden, which is not exported',
    'sample: Options.silent has no docstring',
    'sample: Options.inside.undocumented has no docstring',
    'sample: Options.every has no default',
    'sample: undocumented has no docstring',
    'sample: Word two has no docstring',
  ]);
});

test('a docstring’s parts are told apart wherever its tags stand', () => {
  const { entries } = readApi(new Map([['sample', 'test/api/sample.ts']]));
  const [options] = entries.get('sample')?.sections[0]?.items.filter(({ name }) => name === 'Options') ?? [];
  expect(options?.members.find(({ name }) => name === 'run')).toMatchObject({
    code: 'run(ms: number): Promise<void>',
    comment: { text: 'Does it.', throws: ['timed_out it took too long'] },
  });
});

import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { repositoryText } from './repository.js';

/** The lines of the table of threats: each names a test file, and a test in it. */
function lines(): { threat: string; file: string; name: string }[] {
  const rows = repositoryText('SECURITY.md')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| threat') && !line.startsWith('| ---'));
  return rows.map((row) => {
    const [threat = '', , where = ''] = row.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, ''));
    const [, file = '', name = ''] = /`([^`]+)`: "(.+)"$/.exec(where) ?? [];
    return { threat, file, name };
  });
}

test('every line of the threat model names a test that there is', () => {
  const missing = lines().filter(
    ({ file, name }) =>
      name === '' ||
      !existsSync(new URL(`../../${file}`, import.meta.url)) ||
      !repositoryText(file).includes(`'${name}'`),
  );
  expect(lines().length).toBeGreaterThan(20);
  expect(missing).toEqual([]);
});

test('the pages that the threat model leads to are there', () => {
  const links = [...repositoryText('SECURITY.md').matchAll(/\]\((docs\/[^)#]+)(?:#([^)]+))?\)/g)];
  for (const [, page = '', anchor] of links) {
    const anchors = [...repositoryText(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
    );
    if (anchor !== undefined) expect(anchors, page).toContain(anchor);
  }
});

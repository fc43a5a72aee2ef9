import { expect, test } from 'vitest';
import { repositoryFiles, repositoryText } from './repository.js';

/** Words that slow a reader down, each with the usual one. */
const words: readonly { pattern: RegExp; instead: string }[] = [
  { pattern: /\banew\b/gi, instead: 'again' },
  { pattern: /\bwho(m)?ever\b/gi, instead: 'anyone who, or name the actor' },
  { pattern: /\bshall\b/gi, instead: 'must, should, or the plain verb' },
  { pattern: /\b(tells?|told) of\b/gi, instead: 'reports, reported' },
  { pattern: /\bmend(s|ed|ing)?\b/gi, instead: 'fix, repair' },
  { pattern: /\bthereof\b/gi, instead: 'of it' },
  { pattern: /\bsuch as it is\b/gi, instead: 'unchanged' },
  { pattern: /\bmeanwhile\b/gi, instead: 'in between, since then, or say when' },
  { pattern: /\bgoes on\b/gi, instead: 'continues, resumes' },
  { pattern: /\bfor ever\b/gi, instead: 'forever' },
  { pattern: /\be-mail\b/gi, instead: 'email' },
  { pattern: /\bhal(f|ves) (a|of) letters?\b/gi, instead: 'an unpaired surrogate' },
  { pattern: /\basked for wrongly\b/gi, instead: 'invalid usage' },
];

/** How many of them each folder may still have. Only lower a number; a folder that is not here may have none. */
const atMost: Readonly<Record<string, number>> = {
  'ARCHITECTURE.md': 1,
  'README.md': 2,
  docs: 2,
  'docs/decisions': 17,
  'docs/evidence': 10,
  'docs/guides': 17,
  'docs/spec': 4,
  'examples/django': 1,
  'src/emulator': 24,
  'src/feeds': 19,
};

const SCANNED = /^(src|web|examples|docs)\/|^(README|ARCHITECTURE|CONTRIBUTING)\.md$/;
const GENERATED = /^docs\/api\/|\/generated\/|package-lock\.json$|\.tgz$/;

const folderOf = (file: string): string => file.split('/').slice(0, -1).slice(0, 2).join('/') || file;

interface Place {
  folder: string;
  text: string;
}

const found: readonly Place[] = repositoryFiles()
  .filter((file) => SCANNED.test(file) && !GENERATED.test(file))
  .flatMap((file) =>
    repositoryText(file)
      .split('\n')
      .flatMap((line, index) =>
        words.flatMap(({ pattern, instead }) =>
          [...line.matchAll(pattern)].map(([word]) => ({
            folder: folderOf(file),
            text: `${file}:${index + 1}: "${word}" (better: ${instead})`,
          })),
        ),
      ),
  );

test('no folder has more of these words than it had', () => {
  const folders = [...new Set(found.map(({ folder }) => folder))];
  const tooMany = folders.flatMap((folder) => {
    const places = found.filter((place) => place.folder === folder);
    const allowed = atMost[folder] ?? 0;
    return places.length > allowed
      ? [`${folder} has ${places.length}, allowed ${allowed}:`, ...places.map(({ text }) => `  ${text}`)]
      : [];
  });
  expect(tooMany).toEqual([]);
});

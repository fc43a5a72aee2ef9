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

const SCANNED = /^(src|emulator|web|examples|docs)\/|^(README|ARCHITECTURE|CONTRIBUTING)\.md$/;
const GENERATED = /^docs\/api\/|^docs\/evidence\/mutants\.md$|\/generated\/|package-lock\.json$|\.tgz$/;

const found: readonly string[] = repositoryFiles()
  .filter((file) => SCANNED.test(file) && !GENERATED.test(file))
  .flatMap((file) =>
    repositoryText(file)
      .split('\n')
      .flatMap((line, index) =>
        words.flatMap(({ pattern, instead }) =>
          [...line.matchAll(pattern)].map(([word]) => `${file}:${index + 1}: "${word}" (better: ${instead})`),
        ),
      ),
  );

test('no file has one of these words', () => {
  expect(found).toEqual([]);
});

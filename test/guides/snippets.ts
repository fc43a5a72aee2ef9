import { readdirSync, readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);
const folder = new URL('docs/guides/', root);

/** A block of code in a guide, and what the comment before it says of it. */
export interface Snippet {
  guide: string;
  /**
   * `from path`: a part of that file, which a test runs. `run …`: commands that a test runs. undefined: nobody knows whether
   * it works.
   */
  says: string | undefined;
  language: string;
  text: string;
}

/** The guides' file names. */
export function guides(): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .sort();
}

export function snippetsOf(guide: string): Snippet[] {
  const text = readFileSync(new URL(guide, folder), 'utf8');
  const blocks = text.matchAll(/(?:<!-- ([^\n]+) -->\n)?^```(\w*)\n([\s\S]*?)^```$/gm);
  return [...blocks].map(([, says, language = '', code = '']) => ({ guide, says, language, text: code }));
}

/** The commands of a guide that a comment marks so, as one script. */
export function commandsOf(guide: string, says: string): string {
  const found = snippetsOf(guide).filter((snippet) => snippet.says === says);
  if (found.length === 0) throw new Error(`${guide} has no commands marked "${says}"`);
  return found.map(({ text }) => text).join('');
}

export function fileText(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}

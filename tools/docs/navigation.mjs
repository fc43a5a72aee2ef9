// @ts-check
import { Marked } from 'marked';
import { targetOf } from './sources.mjs';

/** The page whose sections and links are the navigation. */
export const HOME = 'docs/README.md';

/**
 * The sections of the home page, each with the pages that it links to, in its order.
 *
 * @param {string} text of the home page
 * @param {(file: string) => boolean} isPage
 * @returns {{ title: string, files: string[] }[]}
 */
export function navigationFrom(text, isPage) {
  /** @type {{ title: string, files: string[] }[]} */
  const sections = [];
  const marked = new Marked();
  void marked.walkTokens(marked.lexer(text), (token) => {
    if (token.type === 'heading' && token.depth === 2) sections.push({ title: token.text, files: [] });
    if (token.type !== 'link') return;
    const file = targetOf(HOME, token.href)?.file;
    const files = sections.at(-1)?.files;
    if (file !== undefined && isPage(file) && files?.includes(file) === false) files.push(file);
  });
  return sections.filter(({ files }) => files.length > 0);
}

// @ts-check
import { Marked } from 'marked';
import { getHeadingList, gfmHeadingId } from 'marked-gfm-heading-id';
import { targetOf } from './sources.mjs';

/**
 * @typedef {object} Page
 * @property {string} file in the repository
 * @property {string} title its first heading
 * @property {string} html
 * @property {Set<string>} anchors the headings' ids, which are those of GitHub
 * @property {string[]} links as they are written, with those of images
 */

/**
 * A page from its Markdown. `linkTo` gives the address of what a link leads to; the default keeps links as they are.
 *
 * @param {string} file
 * @param {string} text
 * @param {(target: { file: string, anchor: string | null }) => string} [linkTo]
 * @returns {Page}
 */
export function pageFrom(file, text, linkTo) {
  /** @type {string[]} */
  const links = [];
  const follow = (/** @type {string} */ href) => {
    links.push(href);
    const target = targetOf(file, href);
    return target === null || linkTo === undefined ? href : linkTo(target);
  };
  const marked = new Marked(gfmHeadingId(), {
    walkTokens(token) {
      if (token.type === 'link' || token.type === 'image') token.href = follow(token.href);
      // HTML is there for the size of an image, and for comments that say what runs a snippet.
      if (token.type !== 'html') return;
      const shown = token.text.replaceAll(/<!--[\s\S]*?-->/g, '');
      token.text = shown.replaceAll(/(?<= src=")[^"]+/g, follow);
    },
  });
  const html = /** @type {string} */ (marked.parse(text))
    .replaceAll('<table>', '<div class="table" tabindex="0"><table>')
    .replaceAll('</table>', '</table></div>')
    .replaceAll('<pre>', '<pre tabindex="0">');
  const headings = getHeadingList();
  return {
    ...{ file, html, links },
    title: plain(headings[0]?.text ?? file),
    anchors: new Set(headings.map(({ id }) => id)),
  };
}

/** Inline HTML without its tags. @param {string} html */
const plain = (html) => html.replaceAll(/<[^>]+>/g, '');

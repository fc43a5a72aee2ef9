// @ts-check
import { pageFrom } from './markdown.mjs';
import { kindOf, sources, targetOf, textOf } from './sources.mjs';

/**
 * The links that lead to nothing: to a file that is not there, or to a heading that a page does not have.
 * `docs/README.md: guides/hooks.md#nowhere`
 *
 * @param {Map<string, string>} [texts] of the pages, by file. Default: those of the repository.
 */
export function brokenLinks(texts = new Map(sources().map((file) => [file, textOf(file)]))) {
  const pages = new Map([...texts].map(([file, text]) => [file, pageFrom(file, text)]));
  return [...pages.values()].flatMap(({ file, links }) =>
    links.filter((href) => isBroken(pages, file, href)).map((href) => `${file}: ${href}`),
  );
}

/** @param {Map<string, import('./markdown.mjs').Page>} pages @param {string} from @param {string} href */
function isBroken(pages, from, href) {
  const target = targetOf(from, href);
  if (target === null) return false;
  const page = pages.get(target.file);
  if (page === undefined) return target.anchor !== null || kindOf(target.file) === null;
  return target.anchor !== null && !page.anchors.has(target.anchor);
}

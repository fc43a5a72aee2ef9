// @ts-check
import { cpSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { addressOf, escaped, layout, relative } from './layout.mjs';
import { llmsText } from './llms.mjs';
import { pageFrom } from './markdown.mjs';
import { HOME, navigationFrom } from './navigation.mjs';
import { kindOf, root, sources, textOf } from './sources.mjs';

const AS_THEY_ARE = /\.(?:png|json|svg)$/;
const SHOWN_BYTES = 200_000;

/**
 * Writes the documentation as a static site: a page for each Markdown file, one for each file or folder that a page links to,
 * the Markdown itself, and `llms.txt`. It needs no server, and works below any path.
 *
 * @param {string} folder it is emptied first
 * @returns {string[]} the addresses that were written
 */
export function writeSite(folder) {
  const files = sources();
  const texts = new Map(files.map((file) => [file, textOf(file)]));
  const titles = new Map(files.map((file) => [file, pageFrom(file, texts.get(file) ?? '').title]));
  const titleOf = (/** @type {string} */ file) => titles.get(file) ?? file;
  const sections = navigationFrom(texts.get(HOME) ?? '', (file) => titles.has(file));
  const navigation = sections.map(({ title, files: of }) => ({
    title,
    links: of.map((file) => ({ file, title: titleOf(file) })),
  }));
  /** @type {Map<string, string | null>} each address with its text; null: copied as it is */
  const written = new Map();
  const wanted = new Set(files);
  // A page may want more pages, which are added while this goes on.
  for (const file of wanted) {
    const address = placeOf(file);
    const html = titles.has(file)
      ? pageFrom(file, texts.get(file) ?? '', (target) => {
          wanted.add(target.file);
          const to = placeOf(target.file);
          return (
            `${to === address ? '' : relative(address, to)}${target.anchor === null ? '' : `#${target.anchor}`}` || '#'
          );
        }).html
      : otherHtml(file, address, titleOf, (other) => wanted.add(other));
    const source = titles.has(file) ? file : null;
    written.set(address, html === null ? null : layout({ address, title: titleOf(file), html, source }, navigation));
    if (source !== null) written.set(source, texts.get(source) ?? '');
  }
  written.set('llms.txt', llmsText(navigation, texts.get('README.md') ?? ''));
  put(folder, written);
  return [...written.keys(), 'site.css'];
}

/** @param {string} file */
function placeOf(file) {
  if (kindOf(file) === 'folder')
    return kindOf(`${file}/README.md`) === null ? `${file}/index.html` : addressOf(`${file}/README.md`);
  return file.endsWith('.md') || AS_THEY_ARE.test(file) ? addressOf(file) : `${file}.html`;
}

/**
 * The content of a page about something that is not Markdown. null: it is copied as it is.
 *
 * @param {string} file @param {string} address
 * @param {(file: string) => string} titleOf
 * @param {(file: string) => void} want
 */
function otherHtml(file, address, titleOf, want) {
  if (AS_THEY_ARE.test(file)) return null;
  const heading = `<h1><code>${escaped(file)}</code></h1>`;
  if (kindOf(file) === 'file') return `${heading}\n<pre tabindex="0"><code>${escaped(textOf(file))}</code></pre>`;
  const entries = readdirSync(path.join(root, file), { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile() && isShown(`${file}/${entry.name}`)).map(({ name }) => name);
  const items = names.sort().map((name) => {
    const other = `${file}/${name}`;
    want(other);
    return `<li><a href="${escaped(relative(address, placeOf(other)))}">${escaped(titleOf(other))}</a></li>`;
  });
  return `${heading}\n<ul>\n${items.join('\n')}\n</ul>`;
}

/** @param {string} file */
const isShown = (file) => statSync(path.join(root, file)).size < SHOWN_BYTES;

/** @param {string} folder @param {Map<string, string | null>} written */
function put(folder, written) {
  rmSync(folder, { recursive: true, force: true });
  for (const [address, text] of written) {
    const place = path.join(folder, address);
    mkdirSync(path.dirname(place), { recursive: true });
    if (text === null) cpSync(path.join(root, address), place);
    else writeFileSync(place, text);
  }
  const styles = ['web/shared/tokens.css', 'tools/docs/site.css'].map(textOf);
  writeFileSync(path.join(folder, 'site.css'), styles.join('\n'));
}

// @ts-check
import path from 'node:path';

/**
 * @typedef {{ title: string, links: { file: string, title: string }[] }[]} Navigation
 */

/** The address of a file's page within the site. @param {string} file */
export function addressOf(file) {
  const folder = /(?:^|\/)README\.md$/;
  if (folder.test(file)) return file.replace(/README\.md$/, 'index.html');
  return file.endsWith('.md') ? file.replace(/\.md$/, '.html') : file;
}

/** The relative address that leads from one page to another. @param {string} from @param {string} to */
export const relative = (from, to) => path.posix.relative(path.posix.dirname(from), to) || path.posix.basename(to);

/** @param {string} text */
export const escaped = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/**
 * A whole page.
 *
 * @param {{ address: string, title: string, html: string, source: string | null }} page
 * @param {Navigation} navigation
 */
export function layout({ address, title, html, source }, navigation) {
  const to = (/** @type {string} */ place) => escaped(relative(address, place));
  const list = navigation
    .map(
      (section) => `<h2>${escaped(section.title)}</h2>
<ul>
${section.links.map((link) => `<li>${entry(address, link)}</li>`).join('\n')}
</ul>`,
    )
    .join('\n');
  const markdown = source === null ? '' : `<p class="source"><a href="${to(source)}">This page as Markdown</a></p>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title === 'Lockstep' ? title : `${title} · Lockstep`)}</title>
<link rel="stylesheet" href="${to('site.css')}">
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header><a href="${to('index.html')}">Lockstep</a></header>
<nav class="wide" aria-label="Pages">${list}</nav>
<details class="narrow"><summary>All pages</summary><nav aria-label="All pages">${list}</nav></details>
<main id="content">
${html}${markdown}
</main>
</body>
</html>
`;
}

/** @param {string} from @param {{ file: string, title: string }} link */
function entry(from, { file, title }) {
  const address = addressOf(file);
  const here = address === from ? ' aria-current="page"' : '';
  return `<a href="${escaped(relative(from, address))}"${here}>${escaped(title)}</a>`;
}

// @ts-check
// npm run docs: writes the documentation to site/ as static pages, and fails if a link leads to nothing.
import path from 'node:path';
import { brokenLinks } from './links.mjs';
import { writeSite } from './site.mjs';
import { root } from './sources.mjs';

const written = writeSite(path.join(root, 'site'));
console.log(`${written.length} files in site/; open site/index.html`);
const broken = brokenLinks();
if (broken.length > 0) {
  console.error(`Links that lead to nothing:\n${broken.join('\n')}`);
  process.exitCode = 1;
}

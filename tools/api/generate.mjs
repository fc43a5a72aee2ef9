// @ts-check
// Writes docs/api from the docstrings of everything that can be imported from the package.
import fs from 'node:fs';
import { pages, ROOT } from './entries.mjs';
import { markdownOf, repeatedAnchors } from './markdown.mjs';
import { readApi } from './read.mjs';

const { entries, problems } = readApi();
const files = markdownOf(pages, entries);
for (const [file, text] of files) {
  for (const anchor of repeatedAnchors(text)) problems.push(`${file} has two headings ${anchor}`);
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) {
  console.error(`${problems.length} things are not documented; nothing was written`);
  process.exit(1);
}
const folder = `${ROOT}docs/api/`;
fs.rmSync(folder, { recursive: true, force: true });
fs.mkdirSync(folder, { recursive: true });
for (const [file, text] of files) fs.writeFileSync(folder + file, text);

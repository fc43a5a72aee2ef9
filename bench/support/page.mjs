// @ts-check
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * What one part of a bench writes: its text between its markers, and a plot, whose path the text names.
 * @typedef {{ name: string, text: string, plot: { path: string, svg: string } | undefined }} Block
 */

/**
 * Writes a block into a page, and its plot beside the page. All else in the page stays.
 * @param {string} file
 * @param {Block} block
 */
export async function writeBlock(file, { name, text, plot }) {
  const { format } = await import('prettier');
  const formatted = await format(text, { parser: 'markdown', proseWrap: 'always', printWidth: 120 });
  writeFileSync(file, withBlock(readFileSync(file, 'utf8'), name, formatted.trimEnd()));
  if (plot === undefined) return;
  const path = join(dirname(file), plot.path);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, plot.svg);
}

/**
 * @param {string} page
 * @param {string} name of the block
 * @param {string} text
 */
export function withBlock(page, name, text) {
  const [begins, ends] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(begins), page.indexOf(ends)];
  if (from === -1 || to < from) throw new Error(`the page has no place for this: put ${begins} and ${ends} into it`);
  return `${page.slice(0, from + begins.length)}\n\n${text}\n\n${page.slice(to)}`;
}

/** @param {readonly (readonly string[])[]} rows the first is the head */
export function markdownTable([head = [], ...rows]) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/**
 * @param {number} pairs
 * @param {number} seconds
 */
export function runsSaid(pairs, seconds) {
  return pairs === 1 ? `one run of ${seconds} s each` : `${pairs} runs of ${seconds} s each, in turn`;
}

/**
 * A package's name as code: an at sign would be a link to a person.
 * @param {{ name: string }} receiver
 */
export function nameInTable({ name }) {
  return name.replace(/^@\S+/, '`$&`');
}

// @ts-check
import ts from 'typescript';

/**
 * A docstring in its parts.
 * @typedef {{ text: string, throws: string[], params: string[], returns: string[] }} Comment
 */

/** The docstring of a declaration; undefined: it has none. @param {ts.Node} node @returns {Comment | undefined} */
export function commentOf(node) {
  const found = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).at(-1);
  return found === undefined ? undefined : parse(found.getText());
}

/**
 * The docstring that stands before a node that TypeScript itself looks for none at: a part of a union, an export.
 * @param {ts.Node} node
 * @param {number} after where the part before it ends
 */
export function commentBefore(node, after) {
  const between = node.getSourceFile().text.slice(after, node.getStart());
  const found = between.match(/\/\*\*[^]*?\*\//g)?.at(-1);
  return found === undefined ? undefined : parse(found);
}

/**
 * Tags are taken wherever they stand: a short docstring has its `@throws` on the same line.
 * @param {string} raw with its stars
 * @returns {Comment}
 */
function parse(raw) {
  const lines = raw.slice(3, -2).split('\n');
  const text = lines.map((line) => line.replace(/^\s*\* ?/, '').trimEnd()).join('\n');
  const [before = '', ...tagged] = text.split(/(?:^|\s)@(?=(?:throws|param|returns)\b)/);
  /** @type {Comment} */
  const comment = { text: before.trim(), throws: [], params: [], returns: [] };
  for (const one of tagged) {
    const [, tag, said = ''] = /^(\w+)\s*([^]*)$/.exec(one) ?? [];
    const list = tag === 'throws' ? comment.throws : tag === 'param' ? comment.params : comment.returns;
    list.push(said.replace(/\s+/g, ' ').trim());
  }
  return comment;
}

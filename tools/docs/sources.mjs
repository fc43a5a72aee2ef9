// @ts-check
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Every Markdown file of the repository: each becomes a page. Those that git does not know yet count too. */
export function sources() {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', '*.md'], {
    cwd: root,
    encoding: 'utf8',
  });
  return [...new Set(listed.split('\0'))].filter((file) => file !== '' && existsSync(path.join(root, file))).sort();
}

/** @param {string} file */
export const textOf = (file) => readFileSync(path.join(root, file), 'utf8');

/** What a path of the repository is. @param {string} file @returns {'file' | 'folder' | null} */
export function kindOf(file) {
  const found = statSync(path.join(root, file), { throwIfNoEntry: false });
  if (found === undefined) return null;
  return found.isDirectory() ? 'folder' : 'file';
}

/**
 * Where a link of a page leads to within the repository. null: elsewhere, such as another site.
 *
 * @param {string} from the page's file
 * @param {string} href as it is written
 * @returns {{ file: string, anchor: string | null } | null}
 */
export function targetOf(from, href) {
  if (/^[a-z][a-z+.-]*:/i.test(href) || href.startsWith('//')) return null;
  const [place = '', anchor] = href.split('#');
  const file = place === '' ? from : path.posix.join(path.posix.dirname(from), decodeURI(place)).replace(/\/$/, '');
  return { file, anchor: anchor === undefined ? null : decodeURIComponent(anchor) };
}

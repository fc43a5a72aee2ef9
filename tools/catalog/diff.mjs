import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { catalogFrom } from '../../dist/src/catalog/objects.js';
import { differencesOf, reportOf } from './difference.mjs';

// npm run diff:api-version -- BEFORE [AFTER]: what a move of Stripe's API version changes for the users of the mirror, as
// Markdown. Each is a commit of this repository, or a folder of a generated catalog. AFTER is the working tree by default.
const root = fileURLToPath(new URL('../../', import.meta.url));
const FOLDER = 'src/catalog/generated';

const [before, after = path.join(root, FOLDER)] = process.argv.slice(2);
if (before === undefined) fail('it is not known what to compare with');
const [from, to] = await Promise.all([catalogAt(before), catalogAt(after)]);
process.stdout.write(reportOf(from.version, to.version, differencesOf(from.objects, to.objects)));

/** @param {string} place */
async function catalogAt(place) {
  const objects = textOf(place, 'objects.ts')
    .replace(/^import type .*$/m, '')
    .replace(': readonly GeneratedObject[]', '');
  const { generated } = await import(`data:text/javascript,${encodeURIComponent(objects)}`);
  const [, version] = /API_VERSION = '([^']+)'/.exec(textOf(place, 'api-version.ts')) ?? [];
  return { version: version ?? fail(`${place} has no API version`), objects: catalogFrom(generated) };
}

/** @param {string} place @param {string} file */
function textOf(place, file) {
  if (existsSync(path.join(place, file))) return readFileSync(path.join(place, file), 'utf8');
  try {
    const named = `${place}:${FOLDER}/${file}`;
    return execFileSync('git', ['show', named], { cwd: root, encoding: 'utf8', stdio: 'pipe', maxBuffer: 1e8 });
  } catch {
    return fail(`${place} is neither a commit of this repository nor a folder with the file ${file}`);
  }
}

/** @param {string} what @returns {never} */
function fail(what) {
  console.error(`${what}\nusage: npm run diff:api-version -- BEFORE [AFTER], for example: -- HEAD~1`);
  process.exit(2);
}

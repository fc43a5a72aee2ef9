// @ts-check
// The last step of an installation: builds when what is built is not what the sources say.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { digestInputs } from '../build/inputs.mjs';
import { run } from '../run.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const stamp = `${root}dist/.built`;
const isBuilt =
  existsSync(stamp) && existsSync(`${root}dist/cli/main.js`) && readFileSync(stamp, 'utf8') === digestInputs(root);

if (!isBuilt) {
  const { code, output, ms } = await run('build', ['tools/build/build.mjs']);
  if (code !== 0) process.stdout.write(output);
  else console.log(`building … ${Math.round(ms / 1_000)} s`);
  process.exitCode = code === 0 ? 0 : 1;
}

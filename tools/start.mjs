// @ts-check
// `npm start`: builds when what is built is not what the sources say, then becomes the demo.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { digestInputs } from './build/inputs.mjs';
import { run } from './run.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

if (!isBuilt()) {
  console.log('building …');
  const { code, output } = await run('build', ['tools/build/build.mjs', '--quick']);
  process.stdout.write(output);
  if (code !== 0) process.exit(1);
}
// Loaded here rather than in a child process: signals and the exit code then are the demo's own, whoever sends them.
process.argv = [process.argv[0] ?? process.execPath, main, 'demo', ...process.argv.slice(2)];
await import(pathToFileURL(main).href);

function isBuilt() {
  const stamp = `${root}dist/.built`;
  return existsSync(stamp) && existsSync(main) && readFileSync(stamp, 'utf8') === digestInputs(root);
}

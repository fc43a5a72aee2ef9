// @ts-check
// Builds dist, which mirrors the repository: dist/src, dist/emulator/src and dist/migrations, and the pages in dist/web. The
// command is dist/cli/main.js.
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../run.mjs';
import { digestInputs, files } from './inputs.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const dist = join(root, 'dist');

const began = Date.now();
const digest = digestInputs(root);
mkdirSync(dist, { recursive: true });
rmSync(join(dist, '.built'), { force: true });
removeOrphans();
copyMigrations();
const results = await Promise.all([
  run('compiling src and emulator', ['node_modules/typescript-7/bin/tsc', '-p', 'tsconfig.build.json']),
  run('making the embedded cluster', ['tools/build/cluster.mjs']),
  run('building the pages', [
    'node_modules/vite/bin/vite.js',
    'build',
    '--config',
    'web/vite.config.ts',
    '--logLevel',
    'warn',
  ]),
]);
for (const result of results.filter(({ code }) => code !== 0)) {
  console.error(`${result.output.trimEnd()}\n${result.name} failed`);
}
if (results.some(({ code }) => code !== 0)) process.exit(1);
const schema = await run('describing the schema', ['tools/build/schema.mjs']);
if (schema.code !== 0) {
  console.error(`${schema.output.trimEnd()}\n${schema.name} failed`);
  process.exit(1);
}
writeCommand();
writeFileSync(join(dist, '.built'), digest);
console.log(`built in ${((Date.now() - began) / 1000).toFixed(1)} s`);

/** Removes compiled files whose source is gone: an import of a deleted file must fail here as it does in a fresh clone. */
function removeOrphans() {
  for (const file of files(dist)) {
    const source = join(root, file.slice(dist.length + 1)).replace(/(\.d\.ts|\.js|\.js\.map)$/, '.ts');
    if (file.startsWith(join(dist, 'web')) || !source.endsWith('.ts') || existsSync(source)) continue;
    rmSync(file);
    // tsc would believe that its output is still complete.
    rmSync(join(dist, '.tsbuildinfo'), { force: true });
  }
}

/** The command stands at an address of its own, which scripts and Dockerfiles name: it does not move with the sources. */
function writeCommand() {
  const command = join(dist, 'cli/main.js');
  mkdirSync(join(dist, 'cli'), { recursive: true });
  writeFileSync(command, "#!/usr/bin/env node\nimport '../src/cli/main.js';\n");
  chmodSync(command, 0o755);
}

/** The compiled code finds the migrations at the same relative address as the sources do. */
function copyMigrations() {
  rmSync(join(dist, 'migrations'), { recursive: true, force: true });
  cpSync(join(root, 'migrations'), join(dist, 'migrations'), { recursive: true });
}

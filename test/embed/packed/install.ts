import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The samples that TypeScript alone compiles. Next.js builds its own. */
export const compiled = ['node', 'express', 'fastify', 'hono', 'nest'] as const;
const samples = [...compiled, 'next', 'jest'] as const;

/** What no sample needs: NestJS on Fastify is tested too. */
const more = { '@nestjs/platform-fastify': '11.2.8' };

/** Not installed again: the repository's are used. */
const TOOLS = ['typescript', 'vitest'];

/** The packed package, installed beside copies of the samples as anybody would install it. */
export interface Installed {
  folder: string;
  /** Every file of the package, by its path in it. */
  files: string[];
  /** The size of the packed file. */
  bytes: number;
  remove(): Promise<void>;
}

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/**
 * Packs what is built and installs it in a new folder, with the union of what the samples ask for: one installation for
 * all of them.
 */
export async function installPacked(): Promise<Installed> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-packed-'));
  const { filename, files, bytes } = await pack(folder);
  const wanted: Record<string, string> = { ...more };
  for (const sample of samples) {
    const { dependencies, devDependencies } = await copySample(sample, join(folder, 'examples', sample));
    Object.assign(wanted, dependencies, devDependencies);
  }
  const dependencies: Record<string, string> = { ...wanted, lockstep: `file:${filename}` };
  for (const tool of TOOLS) delete dependencies[tool];
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }));
  await npm(folder, [
    'install',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    '--loglevel=error',
  ]);
  for (const tool of TOOLS) await symlink(join(root, 'node_modules', tool), join(folder, 'node_modules', tool));
  return { folder, files, bytes, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** The package as npm would publish it, from what is built. */
async function pack(into: string): Promise<{ filename: string; files: string[]; bytes: number }> {
  const { stdout } = await npm(root, ['pack', '--ignore-scripts', '--json', '--pack-destination', into]);
  type Packed = { filename: string; size: number; files: { path: string }[] };
  const [{ filename, size, files }] = JSON.parse(stdout) as [Packed];
  return { filename, bytes: size, files: files.map(({ path }) => path) };
}

/** A sample's sources, nothing built or installed; its package.json. */
export async function copySample(sample: string, to: string): Promise<Manifest> {
  await cp(join(root, 'examples', sample), to, { recursive: true, filter: isSource });
  return JSON.parse(await readFile(join(to, 'package.json'), 'utf8')) as Manifest;
}

const isSource = (path: string): boolean => !/\/(node_modules|dist|\.next|\.lockstep)$/.test(path);

export function npm(cwd: string, args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  const env = { ...process.env };
  delete env['NODE_ENV']; // that of a test run breaks the build of Next.js
  return run('npm', args, { cwd, env, maxBuffer: 64 * 1024 * 1024 });
}

/** Compiles TypeScript in the installation against the packed types. Rejects with tsc's own words. */
export async function compile(folder: string, files: readonly string[]): Promise<void> {
  const options = {
    ...{ target: 'ES2022', module: 'NodeNext', moduleResolution: 'NodeNext', strict: true, types: ['node'] },
    ...{ exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: true },
    ...{ experimentalDecorators: true, emitDecoratorMetadata: true }, // of NestJS
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, '-p', folder], { cwd: folder }).catch((error: { stdout: string }) => {
    throw new Error(error.stdout);
  });
}

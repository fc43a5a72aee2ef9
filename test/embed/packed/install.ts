import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The samples that install quickly enough for every run. */
export const samples = ['node', 'express', 'fastify', 'hono'] as const;

/** The packed package, installed beside copies of the samples as anybody would install it. */
export interface Installed {
  folder: string;
  /** Every file of the package, by its path in it. */
  files: string[];
  remove(): Promise<void>;
}

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/**
 * Packs what is built and installs it, with the union of what the samples ask for, in a new folder: one installation for
 * all of them. TypeScript and Vitest are not installed again; the repository's are used.
 */
export async function installPacked(): Promise<Installed> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-packed-'));
  const { stdout } = await npm(root, ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]);
  const [packed] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  const wanted: Record<string, string> = {};
  for (const sample of samples) {
    const from = join(root, 'examples', sample);
    await cp(from, join(folder, 'examples', sample), { recursive: true, filter: isSource });
    const { dependencies, devDependencies } = JSON.parse(
      await readFile(join(from, 'package.json'), 'utf8'),
    ) as Manifest;
    Object.assign(wanted, dependencies, devDependencies);
  }
  const dependencies: Record<string, string> = { ...wanted, lockstep: `file:${packed.filename}` };
  for (const tool of ['typescript', 'vitest']) delete dependencies[tool];
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }));
  await npm(folder, ['install', '--prefer-offline', '--no-package-lock', '--loglevel=error']);
  return {
    folder,
    files: packed.files.map(({ path }) => path),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

const isSource = (path: string): boolean => !/\/(node_modules|dist|\.lockstep)$/.test(path);

function npm(cwd: string, args: readonly string[]): Promise<{ stdout: string }> {
  return run('npm', args, { cwd, maxBuffer: 64 * 1024 * 1024 });
}

/** Compiles TypeScript in the installation against the packed types. Rejects with tsc's own words. */
export async function compile(folder: string, files: readonly string[]): Promise<void> {
  const options = {
    ...{ target: 'ES2022', module: 'NodeNext', moduleResolution: 'NodeNext', strict: true, types: ['node'] },
    ...{ exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: true },
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, '-p', folder], { cwd: folder }).catch((error: { stdout: string }) => {
    throw new Error(error.stdout);
  });
}

import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface Installed {
  folder: string;
  /** Version of the official SDK that came with it. */
  stripeSdk: string;
}

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/lockstep-peers/', import.meta.url));

/** Installs a package of exactly this version in a folder of its own, out of the way of the shipped dependencies. */
export async function install(name: string, version: string): Promise<Installed> {
  const folder = join(CACHE, name.replaceAll('/', '-').replace('@', ''));
  if (versionOf(folder, name) !== version) {
    mkdirSync(folder, { recursive: true });
    // Without a package.json here npm would look for one further up.
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    const args = ['install', '--prefix', folder, '--save-exact', '--no-audit', '--no-fund', `${name}@${version}`];
    await promisify(execFile)('npm', args, { cwd: folder, maxBuffer: 1e8 });
    if (versionOf(folder, name) !== version) throw new Error(`npm did not install ${name} ${version}`);
  }
  return { folder, stripeSdk: versionOf(folder, 'stripe') ?? 'none' };
}

function versionOf(folder: string, name: string): string | undefined {
  try {
    const text = readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8');
    return (JSON.parse(text) as { version: string }).version;
  } catch {
    return undefined;
  }
}

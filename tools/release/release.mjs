// npm run release: the archive of the package, what is in it, their checksums, and a signature. Needs a build.
import { execFileSync } from 'node:child_process';
import { createHash, sign } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = path.resolve(process.argv[2] ?? path.join(root, 'release'));
const key = process.env['LOCKSTEP_RELEASE_KEY'];

if (!existsSync(path.join(root, 'dist/cli/main.js'))) fail('there is no build: run npm run build');
if (key !== undefined && !existsSync(key)) fail(`LOCKSTEP_RELEASE_KEY names ${key}, which is not there`);

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
npm('pack', '--ignore-scripts', '--pack-destination', folder);
const [archive = ''] = readdirSync(folder);
writeFileSync(path.join(folder, archive.replace(/tgz$/, 'sbom.json')), billOfMaterials());
const sums = readdirSync(folder)
  .sort()
  .map(
    (name) =>
      `${createHash('sha256')
        .update(readFileSync(path.join(folder, name)))
        .digest('hex')}  ${name}\n`,
  )
  .join('');
writeFileSync(path.join(folder, 'SHA256SUMS'), sums);
if (key === undefined) console.error('not signed: LOCKSTEP_RELEASE_KEY is not set');
else writeFileSync(path.join(folder, 'SHA256SUMS.sig'), sign(null, Buffer.from(sums), readFileSync(key)));
console.log(readdirSync(folder).join('\n'));

/**
 * What an install of the package brings along, with the checksum of each. `npm sbom --omit dev` leaves out what a
 * development package can use too, such as `pg`. So everything is listed, and the lock file says what is for development.
 */
function billOfMaterials() {
  const bill = JSON.parse(npm('sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'));
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  const installed = new Set(
    Object.entries(packages)
      .filter(([, { dev, devOptional, peer }]) => !dev && !devOptional && !peer)
      .map(([place, { version }]) => `${place.split('node_modules/').at(-1)}@${version}`),
  );
  const components = bill.components.filter((one) => installed.has(one['bom-ref']));
  const refs = new Set([bill.metadata.component['bom-ref'], ...components.map((one) => one['bom-ref'])]);
  const dependencies = bill.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)) }));
  return JSON.stringify({ ...bill, components, dependencies }, null, 2);
}

/** @param {string[]} args */
function npm(...args) {
  return execFileSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1e8,
  });
}

/** @param {string} what @returns {never} */
function fail(what) {
  console.error(what);
  process.exit(2);
}

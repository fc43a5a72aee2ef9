// @ts-check
// Makes dist/cluster, the empty PostgreSQL cluster that the embedded database begins with: initdb in WebAssembly takes some
// seconds, and every new directory would pay them. Made anew only when PGlite is another.
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';

const cluster = fileURLToPath(new URL('../../dist/cluster', import.meta.url));
const stamp = fileURLToPath(new URL('../../dist/.cluster', import.meta.url));
const manifest = new URL('../../node_modules/@electric-sql/pglite/package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(manifest, 'utf8'));

if (!existsSync(stamp) || !existsSync(cluster) || readFileSync(stamp, 'utf8') !== version) {
  const fresh = `${cluster}.new`;
  for (const folder of [fresh, cluster]) rmSync(folder, { recursive: true, force: true });
  const pglite = await PGlite.create(fresh);
  await pglite.exec('checkpoint');
  await pglite.close();
  renameSync(fresh, cluster);
  writeFileSync(stamp, version);
}

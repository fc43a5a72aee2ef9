// @ts-check
// Makes dist/cluster, the empty PostgreSQL cluster that the embedded database begins with, and dist/cluster.tgz, the same for
// one in memory: initdb in WebAssembly takes some seconds, and every new database would pay them. Made anew only when
// PGlite is another.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';

const cluster = fileURLToPath(new URL('../../dist/cluster', import.meta.url));
const dump = `${cluster}.tgz`;
const stamp = fileURLToPath(new URL('../../dist/.cluster', import.meta.url));
const manifest = new URL('../../node_modules/@electric-sql/pglite/package.json', import.meta.url);
const made = `PGlite ${JSON.parse(readFileSync(manifest, 'utf8')).version}, empty folders kept`;

if (!existsSync(stamp) || !existsSync(cluster) || !existsSync(dump) || readFileSync(stamp, 'utf8') !== made) {
  const fresh = `${cluster}.new`;
  for (const folder of [fresh, cluster]) rmSync(folder, { recursive: true, force: true });
  const pglite = await PGlite.create(fresh);
  await pglite.exec('checkpoint');
  writeFileSync(dump, Buffer.from(await (await pglite.dumpDataDir('gzip')).arrayBuffer()));
  await pglite.close();
  // PostgreSQL needs its empty folders, and a packed package has none.
  for (const entry of readdirSync(fresh, { recursive: true, withFileTypes: true })) {
    const folder = join(entry.parentPath, entry.name);
    if (entry.isDirectory() && readdirSync(folder).length === 0) writeFileSync(join(folder, '.keep'), '');
  }
  renameSync(fresh, cluster);
  writeFileSync(stamp, made);
}

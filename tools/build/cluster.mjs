// @ts-check
// Makes dist/cluster.tar.br: the empty PostgreSQL cluster that every new embedded database starts from. Without it, each one
// would wait some seconds for initdb in WebAssembly. Built again only when PGlite or this format changes.
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { PGlite } from '@electric-sql/pglite';

const file = fileURLToPath(new URL('../../dist/cluster.tar.br', import.meta.url));
const stamp = fileURLToPath(new URL('../../dist/.cluster', import.meta.url));
const manifest = new URL('../../node_modules/@electric-sql/pglite/package.json', import.meta.url);
const made = `PGlite ${JSON.parse(readFileSync(manifest, 'utf8')).version}, tar.br, one database`;

if (!existsSync(stamp) || !existsSync(file) || readFileSync(stamp, 'utf8') !== made) {
  // Earlier builds kept the cluster as a folder and as a gzipped dump.
  for (const earlier of ['cluster', 'cluster.tgz']) {
    rmSync(new URL(`../../dist/${earlier}`, import.meta.url), { recursive: true, force: true });
  }
  const pglite = await PGlite.create('memory://');
  // The embedded database is one database. Without the two that PostgreSQL copies new ones from, there is a third to write
  // and sync at each first start.
  for (const name of ['template0', 'template1']) {
    await pglite.query('update pg_database set datistemplate = false where datname = $1', [name]);
    await pglite.exec(`drop database ${name}`);
  }
  await pglite.exec('checkpoint');
  const dump = Buffer.from(await (await pglite.dumpDataDir('none')).arrayBuffer());
  await pglite.close();
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  writeFileSync(`${file}.new`, brotliCompressSync(dump, { params }));
  renameSync(`${file}.new`, file);
  writeFileSync(stamp, made);
}

// @ts-check
// Makes dist/expected-schema.json, what this version's database looks like: the compiled migrations run on an embedded
// database, and its catalog is read as PostgreSQL writes it down.
import { writeFileSync } from 'node:fs';

/** @param {string} file what was compiled just now, and may not be there when types are checked @returns {Promise<any>} */
const compiled = (file) => import(new URL(`../../dist/src/${file}`, import.meta.url).href);
const { migrateDatabase } = await compiled('engine/database.js');
const { MIRROR_STANDIN, readLiveSchema } = await compiled('store/live-schema.js');
const { emptyCluster } = await compiled('store/pglite/cluster.js');
const { openInMemory } = await compiled('store/pglite/pglite.js');

const database = await openInMemory(await emptyCluster());
await migrateDatabase(database, { mirrorSchema: MIRROR_STANDIN, databaseUrl: 'no users' });
const state = await readLiveSchema(database, MIRROR_STANDIN);
await database.close();
writeFileSync(new URL('../../dist/expected-schema.json', import.meta.url), JSON.stringify(state));

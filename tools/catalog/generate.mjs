import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { answersOf } from './answers.mjs';
import { eventsOf } from './events.mjs';
import { objectsOf } from './objects.mjs';
import { operationsOf } from './operations.mjs';
import { openSdk } from './sdk.mjs';
import { writeCatalog } from './write.mjs';

// node tools/catalog/generate.mjs [folder]: writes the catalog of the installed SDK, by default where the source reads it.
const folder = process.argv[2] ?? fileURLToPath(new URL('../../src/catalog/generated', import.meta.url));
const sdk = openSdk();
const operations = operationsOf(sdk);
const objects = objectsOf(sdk, operations, eventsOf(sdk));
writeCatalog(path.resolve(folder), sdk, objects, answersOf(sdk, operations, objects));
const paths = new Set(operations.filter((one) => one.path.startsWith('/v1/')).map((one) => `${one.verb} ${one.path}`));
console.log(
  `stripe ${sdk.packageVersion} (${sdk.apiVersion}): ${objects.length} object types, ${paths.size} v1 operations`,
);

import fs from 'node:fs';
import path from 'node:path';
import { sortedUnique } from './types.mjs';

/**
 * @param {string} folder where the generated files go
 * @param {import('./sdk.mjs').Sdk} sdk
 * @param {import('./objects.mjs').GeneratedObject[]} objects
 * @param {import('./answers.mjs').GeneratedAnswer[]} answers
 */
export function writeCatalog(folder, sdk, objects, answers) {
  const head = `// Generated from stripe ${sdk.packageVersion} by \`npm run generate:catalog\`; do not edit.\n\n`;
  const files = {
    'answers.ts': answersFile(answers),
    'api-version.ts': apiVersionFile(sdk),
    'names.ts': namesFile(objects),
    'objects.ts': objectsFile(objects),
  };
  fs.mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), head + text);
}

/** @param {import('./sdk.mjs').Sdk} sdk */
function apiVersionFile(sdk) {
  return `/** The version in which every object is read and stored: the one the pinned SDK asks for. */
export const API_VERSION = ${quote(sdk.apiVersion)};
`;
}

/** @param {import('./answers.mjs').GeneratedAnswer[]} answers */
function answersFile(answers) {
  return `import type { ObjectName } from './names.js';

/** What each request of the API answers: a list of such objects, or one of them. \`{}\` stands for an id. */
export const answers: Readonly<Record<string, { list: boolean; objects: readonly ObjectName[] }>> = {
${answers.map(({ request, list, objects }) => `  ${quote(request)}: { list: ${String(list)}, objects: ${strings(objects)} },\n`).join('')}};
`;
}

/** @param {import('./objects.mjs').GeneratedObject[]} objects */
function namesFile(objects) {
  return `/** Every object type of Stripe's API, as its \`object\` field names it. */
export type ObjectName =
${union(objects.map((row) => row.object))}

/** Every event type. */
export type EventType =
${union(sortedUnique(objects.flatMap((row) => row.events)))}
`;
}

/** @param {import('./objects.mjs').GeneratedObject[]} objects */
function objectsFile(objects) {
  return `import type { GeneratedObject } from '../generated-object.js';

export const generated: readonly GeneratedObject[] = [
${objects.map(row).join('')}];
`;
}

/** One object, one column a line, so that an SDK upgrade reads as a list of changes. @param {import('./objects.mjs').GeneratedObject} object */
function row(object) {
  const lists = object.lists.map(
    (list) =>
      `      { path: ${quote(list.path)}, parent: ${list.parent === null ? 'null' : quote(list.parent)}, filters: ${strings(list.filters)}, required: ${strings(list.required)} },\n`,
  );
  const columns = Object.entries(object.columns).map(
    ([field, kind]) => `      ${field}: ${Array.isArray(kind) ? strings(kind) : quote(kind)},\n`,
  );
  const subLists = Object.entries(object.subLists).map(
    ([field, { objects, path, query }]) =>
      `      ${field}: { objects: ${strings(objects)}, path: ${path === null ? 'null' : quote(path)}, query: ${record(query)} },\n`,
  );
  return `  {
    object: ${quote(object.object)},
    hasId: ${String(object.hasId)},
    hasLivemode: ${String(object.hasLivemode)},
    retrieve: ${object.retrieve === null ? 'null' : quote(object.retrieve)},
    nestedRetrieve: ${strings(object.nestedRetrieve)},
    lists: [${lists.length > 0 ? `\n${lists.join('')}    ` : ''}],
    search: ${object.search === null ? 'null' : quote(object.search)},
    deletable: ${String(object.deletable)},
    events: ${strings(object.events)},
    columns: {
${columns.join('')}    },
    subLists: {${subLists.length > 0 ? `\n${subLists.join('')}    ` : ''}},
  },
`;
}

/** @param {readonly string[]} values */
const union = (values) => values.map((value) => `  | ${quote(value)}`).join('\n') + ';';
/** @param {readonly string[]} values */
const strings = (values) => `[${values.map(quote).join(', ')}]`;
/** @param {Record<string, string>} values */
const record = (values) => {
  const entries = Object.entries(values).map(([key, value]) => `${key}: ${quote(value)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
};
/** @param {string} value */
const quote = (value) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

import { objectName, sortedUnique } from './types.mjs';

/**
 * What one request answers, its path with `{}` for each id.
 *
 * @typedef {{ request: string, list: boolean, objects: string[] }} GeneratedAnswer
 *
 * @param {import('./sdk.mjs').Sdk} sdk
 * @param {import('./operations.mjs').Operation[]} operations
 * @param {import('./objects.mjs').GeneratedObject[]} objects
 * @returns {GeneratedAnswer[]}
 */
export function answersOf(sdk, operations, objects) {
  const known = new Set(objects.map(({ object }) => object));
  /** @type {Map<string, GeneratedAnswer>} */
  const answers = new Map();
  for (const { verb, path, answers: kind, types } of operations) {
    // A search and a list of API v2 have a shape of their own, and nobody asks for them.
    if (kind === 'search' || (kind === 'list' && !path.startsWith('/v1/'))) continue;
    const names = types.flatMap((type) => objectName(sdk.checker, type) ?? []).filter((name) => known.has(name));
    const request = `${verb} ${path.replace(/\{\w+\}/g, '{}')}`;
    const objectsOf = sortedUnique([...(answers.get(request)?.objects ?? []), ...names]);
    if (objectsOf.length > 0) answers.set(request, { request, list: kind === 'list', objects: objectsOf });
  }
  return [...answers.values()].sort((a, b) => (a.request < b.request ? -1 : 1));
}

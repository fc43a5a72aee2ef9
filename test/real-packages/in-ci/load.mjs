// @ts-check
/**
 * Imports a package that is installed in this folder: a package is looked for from the file that imports it.
 *
 * @type {(name: string) => Promise<unknown>}
 */
export const load = (name) => import(name);

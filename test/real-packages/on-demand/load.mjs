// @ts-check
import { createRequire } from 'node:module';

/**
 * Imports a package that is installed in this folder: a package is looked for from the file that imports it.
 *
 * @type {(name: string) => Promise<unknown>}
 */
export const load = (name) => import(name);

/**
 * The same for a package that only works as a CommonJS module.
 *
 * @type {(name: string) => unknown}
 */
export const loadCommon = createRequire(import.meta.url);

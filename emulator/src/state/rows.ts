import type * as nouns from '../nouns/all.js';
import type { RowsOf } from './noun.js';

/** Any object of the API as JSON. */
export type Json = Record<string, unknown>;

/**
 * What is stored of each type: Stripe's own shape, less what a view adds, plus `hidden` facts that the API never shows.
 * Each noun says the shape of its rows.
 */
export type Rows = RowsOf<typeof nouns>;
export type RowType = keyof Rows;

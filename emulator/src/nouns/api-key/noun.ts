import type { Noun } from '../../state/noun.js';
import type { ApiKeyRow } from './row.js';

/** A restricted key. No address of the API shows it. */
export const apiKey: Noun<ApiKeyRow> = {
  title: 'API key',
  prefix: 'rk_test',
};

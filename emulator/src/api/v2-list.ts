import qs from 'qs';
import type { Json } from '../state/rows.js';
import { invalid } from './problem.js';

/** A list as the second API writes it: the next page is an address, with all that was asked for. */
export function v2List<R extends { id: string }>(
  path: string,
  rows: readonly R[],
  asked: { limit?: number; page?: string },
  view: (row: R) => Json,
): Json {
  const { limit = 20, page } = asked;
  const from = page === undefined ? 0 : rows.findIndex(({ id }) => id === decoded(page));
  if (from < 0) throw invalid('Invalid page token.', 'page');
  const next = rows[from + limit];
  const address = next === undefined ? null : `${path}?${qs.stringify({ ...asked, limit, page: encoded(next.id) })}`;
  return { data: rows.slice(from, from + limit).map(view), next_page_url: address, previous_page_url: null };
}

const encoded = (id: string): string => Buffer.from(id, 'utf8').toString('base64url');
const decoded = (page: string): string => Buffer.from(page, 'base64url').toString('utf8');

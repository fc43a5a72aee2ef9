import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import { fileLinkOperations, isOver } from './operations.js';
import type { FileLinkRow } from './row.js';

/** An address at which anybody may read a file (https://docs.stripe.com/api/file_links); has no events. */
export const fileLink: Noun<FileLinkRow> = {
  title: 'file link',
  prefix: 'link',
  view: (row, unit) => ({ ...row, expired: isOver(row, unit), url: isOver(row, unit) ? null : row.url }),
  indexes: ['file', 'url'],
  operations: fileLinkOperations,
  expansions: { ids: { file: objectOf('file') } },
};

import { sublist } from '../../api/list.js';
import type { Noun } from '../../state/noun.js';
import { fileOperations } from './operations.js';
import type { FileRow } from './row.js';

export const file: Noun<FileRow> = {
  title: 'file',
  prefix: 'file',
  created: [{ name: 'file.created' }],
  view: ({ hidden: _hidden, ...shown }, unit) => ({
    ...shown,
    links: sublist(
      `/v1/file_links?file=${shown.id}`,
      unit.all('file_link', 'file', shown.id).map((link) => unit.view('file_link', link)),
    ),
  }),
  operations: fileOperations,
};

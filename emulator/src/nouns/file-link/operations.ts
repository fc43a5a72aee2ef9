import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { emptyable, flag, mergeMetadata, metadata, needed, orWord, text, timestamp } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { given, retrieveOperation } from '../../api/standard.js';
import { newId, randomText } from '../../state/id.js';
import type { FileLinkRow } from './row.js';
import type { Unit } from '../../state/unit.js';

export const isOver = ({ expires_at: end }: FileLinkRow, unit: Unit): boolean => end !== null && end <= unit.now;

export const fileLinkOperations: readonly Operation[] = [
  operation(
    'POST /v1/file_links',
    { file: needed(text()), expires_at: timestamp(), metadata: metadata() },
    ({ unit, params }) => unit.view('file_link', createFileLink(unit, params)),
  ),
  retrieveOperation('/v1/file_links', 'file_link'),
  operation(
    'POST /v1/file_links/:id',
    { expires_at: emptyable(orWord('now', timestamp())), metadata: metadata() },
    ({ unit, at, params }) => {
      const row = unit.need('file_link', at.id ?? '');
      const end = params.expires_at === 'now' ? unit.now : params.expires_at;
      if (params.expires_at !== 'now') checkEnd(unit, end);
      const patch = given({
        expires_at: end,
        metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
      });
      return unit.view('file_link', unit.update('file_link', row.id, patch));
    },
  ),
  listOperation('/v1/file_links', {
    type: 'file_link',
    filters: {
      created: range('created'),
      expired: { param: flag(), test: (row, expired: boolean, unit) => isOver(row, unit) === expired },
      file: { param: text(), field: 'file' },
    },
  }),
];

export function createFileLink(
  unit: Unit,
  sent: { file: string; expires_at?: number; metadata?: Record<string, string> | null },
): FileLinkRow {
  unit.need('file', sent.file, 'file');
  checkEnd(unit, sent.expires_at);
  return unit.insert('file_link', {
    id: newId('link'),
    object: 'file_link',
    created: unit.now,
    expires_at: sent.expires_at ?? null,
    file: sent.file,
    livemode: false,
    metadata: mergeMetadata(null, sent.metadata),
    url: `${unit.store.origin}/files/links/test_${randomText(32)}`,
  });
}

function checkEnd(unit: Unit, end: number | null | undefined): void {
  if (end !== null && end !== undefined && end <= unit.now) {
    throw invalid('The `expires_at` time must be in the future.', 'expires_at');
  }
}

import type { Noun } from '../../state/noun.js';
import { reportOperations } from './operations.js';
import type { ReportRunRow } from './row.js';

/** A run shows its whole file when it is done. */
export const reportRun: Noun<ReportRunRow> = {
  title: 'report run',
  prefix: 'frr',
  view: (row, unit) => ({ ...row, result: row.result === null ? null : unit.show('file', row.result) }),
  operations: reportOperations,
};

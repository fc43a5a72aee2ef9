import type { Noun } from '../../state/noun.js';
import { meterEventOperations } from './operations.js';
import type { MeterEventRow } from './row.js';
import { meterEventV2Operations } from './v2-operations.js';

/** Usage as it was reported. It is stored under its identifier, so a repeated report counts once. */
export const meterEvent: Noun<MeterEventRow> = {
  title: 'meter event',
  prefix: '',
  view: (row) => Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'id' && name !== 'hidden')),
  indexes: ['hidden.customer'],
  operations: [...meterEventOperations, ...meterEventV2Operations],
};

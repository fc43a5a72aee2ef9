import { countOperations } from '../emulator/operations.js';
import { count, table } from './table.js';

/** How much of the SDK the emulator answers for real, and what it refuses with a 501. */
export function operationsReport({ json }: { json: boolean }): string {
  const { answered, total, groups, unbuilt } = countOperations();
  if (json) return JSON.stringify({ answered, total, groups, unbuilt });
  const rows = Object.entries(groups).map(([name, [real, all]]) => [name, count(real), count(all)]);
  return [
    ...table(['operations', 'answered', 'of'], rows),
    '',
    `  answered for real: ${count(answered)} of the ${count(total)} operations of the SDK`,
    `  the other ${count(unbuilt.length)} say 501 and their name`,
  ].join('\n');
}

import { countOperations } from '../../../../emulator/src/operations.js';
import { count, table } from '../../terminal/table.js';

/** How many operations of the SDK the emulator supports; it refuses the others with a 501. */
export function operationsReport({ json }: { json: boolean }): string {
  const { answered, total, groups, unbuilt } = countOperations();
  if (json) return JSON.stringify({ answered, total, groups, unbuilt });
  const rows = Object.entries(groups).map(([name, [real, all]]) => [name, count(real), count(all)]);
  return [
    ...table(['operations', 'supported', 'of'], rows),
    '',
    `  supported: ${count(answered)} of the ${count(total)} operations of the SDK`,
    `  the other ${count(unbuilt.length)} answer 501 with their name`,
  ].join('\n');
}

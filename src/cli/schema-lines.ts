import type { VerifyReport } from '../engine/operations.js';

/** What of the database itself is not as this version made it; none: nothing to say. */
export function schemaLines(schema: VerifyReport['schema']): string[] {
  if (schema.length === 0) return [];
  return [
    '  the database is not as this version made it:',
    ...schema.map(({ object, problem }) => `    ${object}: ${problem}`),
    '  next  lockstep migrate makes it again; lockstep migrate --print shows the SQL',
  ];
}

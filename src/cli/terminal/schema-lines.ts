import type { VerifyReport } from '../../engine/operations.js';

/** Lists what differs between the database schema and this version's; empty if nothing does. */
export function schemaLines(schema: VerifyReport['schema']): string[] {
  if (schema.length === 0) return [];
  return [
    '  The database schema was changed:',
    ...schema.map(({ object, problem }) => `    ${object}: ${problem}`),
    '  next  run lockstep migrate to restore it; lockstep migrate --print shows the SQL',
  ];
}

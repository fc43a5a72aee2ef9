import * as v from 'valibot';

/** The path of the part that does not match its schema, such as `items.0.price`. '' for the whole value. */
export function pathOfIssue(issue: v.BaseIssue<unknown>): string {
  return v.getDotPath(issue) ?? '';
}

/** Whether the schema requires a key that the value does not have. */
export function isMissing({ type, received, path }: v.BaseIssue<unknown>): boolean {
  return type === 'strict_object' && received === 'undefined' && path !== undefined;
}

/**
 * Valibot's message without its category: 'Invalid type: Expected string but received 5' → 'expected string but
 * received 5'.
 */
export function reasonOf({ message }: v.BaseIssue<unknown>): string {
  return message
    .replace(/^Invalid \w+: Expected /, 'expected ')
    .replace(/^Invalid (\w+): Received /, (_, what: string) => `not a valid ${what}: `);
}

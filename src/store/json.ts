/**
 * A value as JSON text that PostgreSQL can store. `jsonb` refuses `\u0000` and unpaired surrogates. Both become U+FFFD,
 * the replacement character, so that one such string never fails a whole batch.
 */
export function json(value: unknown): string {
  const text = JSON.stringify(value);
  return text.includes('\\u') ? text.replace(unstorable, '$1\\ufffd') : text;
}

/**
 * Whether JSON text from outside may contain something that `jsonb` refuses. Then it must be parsed and written again.
 * A number with an exponent of four digits is too large for JavaScript (it becomes null), and may be for PostgreSQL.
 */
export function mayBeUnstorable(text: string): boolean {
  return /\\u(?:0000|d[89a-f])|\de[+-]?\d{4}/i.test(text);
}

// JSON.stringify writes surrogate pairs as characters and escapes only unpaired surrogates. An even number of
// backslashes before it means that this one begins an escape.
const unstorable = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

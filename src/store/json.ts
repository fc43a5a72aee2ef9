/**
 * A value as JSON text that PostgreSQL can keep. `jsonb` has no place for `\u0000` and refuses half a surrogate pair; both
 * become U+FFFD, the replacement character, so that one such string never fails the batch it is in.
 */
export function json(value: unknown): string {
  const text = JSON.stringify(value);
  return text.includes('\\u') ? text.replace(unstorable, '$1\\ufffd') : text;
}

/**
 * Whether JSON text as somebody else wrote it may hold what `jsonb` refuses: then it is parsed and written again. A
 * number with an exponent of four digits is beyond JavaScript's (it becomes null), and soon beyond PostgreSQL's.
 */
export function mayBeUnstorable(text: string): boolean {
  return /\\u(?:0000|d[89a-f])|\de[+-]?\d{4}/i.test(text);
}

// JSON.stringify writes whole pairs as characters and escapes only halves. An even number of backslashes before it
// means that this one begins an escape.
const unstorable = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

/** A row of the emulator's request log. `at` is in epoch milliseconds. */
export interface LoggedRequest {
  readonly id: string;
  readonly at: number;
  readonly ms: number;
  readonly verb: string;
  readonly path: string;
  readonly status: number;
  readonly error: string | null;
  /** The fault that made it go wrong. */
  readonly fault: string | null;
  readonly dashboard: boolean;
  readonly account: string | null;
  readonly idempotency_key: string | null;
}

/** A request with its body (a form or JSON) and its response (JSON). A long text is cut off, and then ends with `…`. */
export interface WholeRequest extends LoggedRequest {
  readonly sent: string;
  readonly answer: string;
}

/** Parses the text of JSON or of a form. Returns the text itself if it is neither, or was cut off. */
export function readable(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (text.endsWith('…') || !text.includes('=')) return text;
    return Object.fromEntries(new URLSearchParams(text));
  }
}

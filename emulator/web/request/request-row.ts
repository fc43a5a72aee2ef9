/** An answered request as the emulator lists it. `at` is epoch ms. */
export interface LoggedRequest {
  readonly id: string;
  readonly at: number;
  readonly ms: number;
  readonly verb: string;
  readonly path: string;
  readonly status: number;
  readonly error: string | null;
  readonly dashboard: boolean;
  readonly account: string | null;
  readonly idempotency_key: string | null;
}

/** With what was sent (a form's text, or JSON) and answered (JSON), each cut off where it is long. */
export interface WholeRequest extends LoggedRequest {
  readonly sent: string;
  readonly answer: string;
}

/** A text of JSON or of a form as a value to look at; the text itself where it is neither, or was cut off. */
export function readable(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (text.endsWith('…') || !text.includes('=')) return text;
    return Object.fromEntries(new URLSearchParams(text));
  }
}

/** An answered request of the API, as `/_emulator/requests` lists it. */
export interface LoggedRequest {
  id: string;
  /** Epoch milliseconds. */
  at: number;
  ms: number;
  verb: string;
  path: string;
  status: number;
  /** What went wrong, in Stripe's words. */
  error: string | null;
  /** Whether the dashboard asked, and not an app. */
  dashboard: boolean;
  account: string | null;
  idempotency_key: string | null;
}

/** The same with what was sent (form or query text) and answered (JSON text), both cut off where they are long. */
export interface WholeRequest extends LoggedRequest {
  sent: string;
  answer: string;
}

const KEPT_MAX = 500;
const TEXT_MAX = 16_000;

/** The newest requests, in memory alone. */
export class RequestLog {
  readonly #kept = new Map<string, WholeRequest>();

  add(request: WholeRequest): void {
    this.#kept.set(request.id, {
      ...request,
      sent: cut(withoutCardNumbers(request.sent)),
      answer: cut(request.answer),
    });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest);
  }

  /** Newest first, without their texts. */
  newest(limit: number): LoggedRequest[] {
    return [...this.#kept.values()]
      .slice(-limit)
      .reverse()
      .map(({ sent: _sent, answer: _answer, ...request }) => request);
  }

  get(id: string): WholeRequest | undefined {
    return this.#kept.get(id);
  }

  clear(): void {
    this.#kept.clear();
  }
}

const cut = (text: string): string => (text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text);

/** As Stripe's own log has it: the last four digits, and no CVC. */
function withoutCardNumbers(text: string): string {
  return text
    .replace(/((?:%5B|\[)number(?:%5D|\])=)[\d+ ]*?(?=\d{4}(?:&|$))/gi, '$1************')
    .replace(/((?:%5B|\[)cvc(?:%5D|\])=)[^&]*/gi, '$1***');
}

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
  /** The fault that made it go wrong, such as `error_every`. Null: none did. */
  fault: string | null;
  /** Whether the dashboard asked, and not an app. */
  dashboard: boolean;
  account: string | null;
  idempotency_key: string | null;
}

/** The same with what was sent (form or query text) and answered (JSON text). Long texts are cut off. */
export interface WholeRequest extends LoggedRequest {
  sent: string;
  answer: string;
}

const KEPT_MAX = 500;
/** Characters kept of one text, of one name, and of all requests together. */
const TEXT_MAX = 16_000;
const NAME_MAX = 2_000;
const ALL_MAX = 12_000_000;

/** The newest requests, only in memory: as many as fit. */
export class RequestLog {
  readonly #kept = new Map<string, WholeRequest>();
  #length = 0;

  add(request: WholeRequest): void {
    const kept: WholeRequest = {
      ...request,
      path: cut(request.path, NAME_MAX),
      error: request.error === null ? null : cut(request.error, NAME_MAX),
      account: request.account === null ? null : cut(request.account, NAME_MAX),
      idempotency_key: request.idempotency_key === null ? null : cut(request.idempotency_key, NAME_MAX),
      sent: cut(request.sent, TEXT_MAX, withoutCardNumbers),
      answer: cut(request.answer, TEXT_MAX),
    };
    this.#kept.set(kept.id, kept);
    this.#length += lengthOf(kept);
    for (const oldest of this.#kept.values()) {
      if (this.#kept.size <= KEPT_MAX && this.#length <= ALL_MAX) return;
      this.#kept.delete(oldest.id);
      this.#length -= lengthOf(oldest);
    }
  }

  /** Newest first, without their texts. */
  newest(limit: number): LoggedRequest[] {
    return [...this.#kept.values()]
      .slice(-limit)
      .reverse()
      .map(({ sent: _sent, answer: _answer, ...request }) => request);
  }

  /** With their texts, oldest first, without those of the dashboard. */
  whole(): WholeRequest[] {
    return [...this.#kept.values()].filter(({ dashboard }) => !dashboard);
  }

  get(id: string): WholeRequest | undefined {
    return this.#kept.get(id);
  }

  clear(): void {
    this.#kept.clear();
    this.#length = 0;
  }
}

const lengthOf = ({ path, error, account, idempotency_key: key, sent, answer }: WholeRequest): number =>
  [path, error, account, key, sent, answer].reduce((sum, text) => sum + (text?.length ?? 0), 0);

/** The beginning of a text. It is copied: a slice would keep the whole text in memory. */
function cut(text: string, max: number, then = (beginning: string): string => beginning): string {
  if (text.length <= max) return then(text);
  return `${then(Buffer.from(text.slice(0, max)).toString())}…`;
}

/** As Stripe's own log has it: the last four digits, and no CVC. */
function withoutCardNumbers(text: string): string {
  return text
    .replace(/((?:%5B|\[)number(?:%5D|\])=)[\d+ ]*?(?=\d{4}(?:&|$))/gi, '$1************')
    .replace(/((?:%5B|\[)cvc(?:%5D|\])=)[^&]*/gi, '$1***');
}

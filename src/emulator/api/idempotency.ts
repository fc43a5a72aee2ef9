import { Problem, invalid } from './problem.js';

export interface Answer {
  status: number;
  body: string;
  requestId: string;
}

interface Entry {
  fingerprint: string;
  at: number;
  answer?: Answer;
}

/** A key with its first answer, as it is kept on disk. */
export interface KeptAnswer {
  key: string;
  /** What was asked, to tell another request under the same key. */
  fingerprint: string;
  /** Epoch seconds. */
  at: number;
  answer: Answer;
}

const KEPT_SECONDS = 24 * 3600;
const KEPT_MAX = 10_000;
const KEY_MAX = 255;

/** First answers by idempotency key, replayed for 24 hours (the newest ten thousand). */
export class Idempotency {
  readonly #entries = new Map<string, Entry>();

  /**
   * The answer to replay, or undefined: then the key is taken and `finish` or `release` must follow.
   * @throws Problem when the key came with other parameters, or is being worked on.
   */
  begin(key: string, fingerprint: string, now: number): Answer | undefined {
    if (key.length > KEY_MAX) {
      throw invalid(`Idempotency keys may be at most ${KEY_MAX} characters`, undefined, undefined, 400);
    }
    const entry = this.#entries.get(key);
    if (entry === undefined || now - entry.at > KEPT_SECONDS) {
      this.#entries.delete(key);
      this.#entries.set(key, { fingerprint, at: now });
      this.#trim();
      return undefined;
    }
    if (entry.answer === undefined) {
      throw new Problem(
        409,
        'There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, ' +
          'and the other request is still going through): ' +
          key +
          '. Please try again later.',
        { type: 'idempotency_error', code: 'idempotency_key_in_use' },
      );
    }
    if (entry.fingerprint !== fingerprint) {
      throw new Problem(
        400,
        'Keys for idempotent requests can only be used with the same parameters they were first used with. ' +
          `Try using a key other than '${key}' if you meant to execute a different request.`,
        { type: 'idempotency_error' },
      );
    }
    return entry.answer;
  }

  finish(key: string, answer: Answer): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) entry.answer = answer;
  }

  /** Nothing was done (a refused parameter): the key is free again. */
  release(key: string): void {
    this.#entries.delete(key);
  }

  /** All that can be replayed, oldest first. What is being worked on has no answer yet. */
  *kept(): Generator<KeptAnswer> {
    for (const [key, { fingerprint, at, answer }] of this.#entries) {
      if (answer !== undefined) yield { key, fingerprint, at, answer };
    }
  }

  keep({ key, ...entry }: KeptAnswer): void {
    this.#entries.set(key, entry);
  }

  clear(): void {
    this.#entries.clear();
  }

  #trim(): void {
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size <= KEPT_MAX) return;
      if (entry.answer !== undefined) this.#entries.delete(key);
    }
  }
}

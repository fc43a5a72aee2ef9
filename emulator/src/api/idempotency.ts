import { createHash } from 'node:crypto';
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

/** A key with its first answer, as the state file has it. */
export interface KeptAnswer {
  key: string;
  /** A digest of what was asked, to tell another request under the same key; older files have the text itself. */
  fingerprint: string;
  /** Epoch seconds. */
  at: number;
  answer: Answer;
}

const KEPT_SECONDS = 24 * 3600;
const KEPT_MAX = 10_000;
/** Characters of all kept answers together. */
const ANSWERS_MAX = 64_000_000;
const KEY_MAX = 255;

/** First answers by idempotency key, replayed for 24 hours (the newest ten thousand, if they are not too long). */
export class Idempotency {
  readonly #entries = new Map<string, Entry>();
  #length = 0;

  /**
   * The answer to replay, or undefined: then the key is taken and `finish` or `release` must follow.
   * @throws Problem when the key came with other parameters, or is being worked on.
   */
  begin(key: string, asked: string, now: number): Answer | undefined {
    if (key.length > KEY_MAX) {
      throw invalid(`Idempotency keys may be at most ${KEY_MAX} characters`, undefined, undefined, 400);
    }
    const fingerprint = digestOf(asked);
    const entry = this.#entries.get(key);
    if (entry === undefined || now - entry.at > KEPT_SECONDS) {
      this.release(key);
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
    if (entry === undefined) return;
    entry.answer = answer;
    this.#length += answer.body.length;
    this.#trim();
  }

  /** Nothing was done (a refused parameter): the key is free again. */
  release(key: string): void {
    this.#length -= this.#entries.get(key)?.answer?.body.length ?? 0;
    this.#entries.delete(key);
  }

  /** All that can be replayed, oldest first. What is being worked on has no answer yet. */
  *kept(): Generator<KeptAnswer> {
    for (const [key, { fingerprint, at, answer }] of this.#entries) {
      if (answer !== undefined) yield { key, fingerprint, at, answer };
    }
  }

  keep({ key, fingerprint, at, answer }: KeptAnswer): void {
    this.release(key);
    this.#entries.set(key, { fingerprint: DIGEST.test(fingerprint) ? fingerprint : digestOf(fingerprint), at });
    this.finish(key, answer);
  }

  clear(): void {
    this.#entries.clear();
    this.#length = 0;
  }

  #trim(): void {
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size <= KEPT_MAX && this.#length <= ANSWERS_MAX) return;
      if (entry.answer !== undefined) this.release(key);
    }
  }
}

/** What was asked may be an upload of megabytes; its digest is enough to compare. */
const digestOf = (asked: string): string => createHash('sha256').update(asked).digest('hex');
const DIGEST = /^[0-9a-f]{64}$/;

/**
 * Why an answer cannot be used:
 * - `unreachable`: no connection, or it ended before an answer began. · `cut`: it ended in the middle of the answer.
 * - `too_slow`, `too_large`: the whole answer takes more time or bytes than an answer may.
 * - `status`: neither 200 nor an error in Stripe's own form. · `redirected`: 3xx; nothing is followed.
 * - `not_json`: another content type, a compressed body, bytes that are not UTF-8, or text that is not JSON.
 * - `not_an_object`: JSON, but not what an object or a list of Stripe's looks like.
 * - `other_type`, `other_id`, `other_mode`, `other_account`: not what was asked for.
 * - `endless`: a list that repeats itself, or has more pages but no cursor.
 */
export type Unusable =
  | 'unreachable'
  | 'cut'
  | 'too_slow'
  | 'too_large'
  | 'status'
  | 'redirected'
  | 'not_json'
  | 'not_an_object'
  | 'other_type'
  | 'other_id'
  | 'other_mode'
  | 'other_account'
  | 'endless';

export interface UnusableFacts {
  /** Undefined if no answer began. */
  httpStatus?: number | undefined;
  requestId?: string | undefined;
  /** The code of a network error. After `ECONNRESET` and `EPIPE`, the SDK sends a request again by itself. */
  code?: string | undefined;
}

/** No usable answer came. It is not known whether Stripe did anything, so try again with the same idempotency key. */
export class UnusableAnswer extends Error {
  override readonly name = 'UnusableAnswer';
  readonly reason: Unusable;
  readonly httpStatus: number | undefined;
  readonly requestId: string | undefined;
  readonly code: string | undefined;

  constructor(reason: Unusable, message: string, { httpStatus, requestId, code }: UnusableFacts = {}) {
    super(message);
    this.reason = reason;
    this.httpStatus = httpStatus;
    this.requestId = requestId;
    this.code = code;
  }
}

/** An error as Stripe words it: what an API call answers instead of an object. */
export class Problem extends Error {
  override readonly name = 'Problem';

  /**
   * @param status HTTP status of the answer.
   * @param body   the `error` object of the answer, without `message` and the addresses added while answering.
   * @param keeps  the work done before the problem stays done (a declined card still leaves a failed payment behind).
   */
  constructor(
    readonly status: number,
    message: string,
    readonly body: ProblemBody,
    readonly keeps = false,
  ) {
    super(message);
  }

  /**
   * The answer's JSON. Its `request_log_url` is the page of the request in the dashboard of the emulator at `origin`.
   */
  toJson(requestId: string, origin: string): Record<string, unknown> {
    const { code } = this.body;
    return {
      error: {
        ...(code === undefined
          ? {}
          : { code, doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}` }),
        message: this.message,
        ...this.body,
        request_log_url: `${origin}/#/requests/${requestId}`,
      },
    };
  }
}

export interface ProblemBody {
  type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  code?: string;
  param?: string;
  decline_code?: string;
  charge?: string;
  payment_intent?: unknown;
  setup_intent?: unknown;
  payment_method?: unknown;
}

/** A request that can never succeed: 400, `invalid_request_error`. */
export function invalid(message: string, param?: string, code?: string, status = 400): Problem {
  return new Problem(status, message, {
    type: 'invalid_request_error',
    ...(code === undefined ? {} : { code }),
    ...(param === undefined ? {} : { param }),
  });
}

/** Stripe answers 404 when the address names a missing object, 400 when a parameter does. */
export function missing(what: string, id: string, param: string, status: 400 | 404): Problem {
  return invalid(`No such ${what}: '${id}'`, param, 'resource_missing', status);
}

/** Something Stripe has and this emulator has not: said aloud, never pretended. */
export function notBuilt(what: string): Problem {
  return new Problem(501, `${what} is part of Stripe's API but not built in this local emulator.`, {
    type: 'api_error',
    code: 'emulator_not_built',
  });
}

/**
 * A log entry: facts, not sentences. `{ event: 'webhook.refused', reason: 'wrong_signature' }`. Never a body, key, or email.
 */
export interface LogFacts {
  /** What happened, in the form `subject.verb`. */
  event: string;
  [fact: string]: unknown;
}

/** A log: a pino logger, or any object with these four functions. They must not throw. */
export interface Log {
  /** Detail for debugging: each proof, each page of a listing. */
  debug(facts: LogFacts): void;
  /** What an operator may want to look up later: a start, the end of a sweep. */
  info(facts: LogFacts): void;
  /** A problem that recovers by itself, or a refusal: a retry, a bad signature. */
  warn(facts: LogFacts): void;
  /** A problem that an operator must look at: a dead letter, a failed sweep. */
  error(facts: LogFacts): void;
}

export const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Facts, not sentences: `{ event: 'webhook.refused', reason: 'signature' }`. Never a body, a key or an email. */
export interface LogFacts {
  /** What happened, as `subject.verb`. */
  event: string;
  [fact: string]: unknown;
}

/** Where facts go: a pino logger behind four functions, or anything of this shape. Must not throw. */
export interface Log {
  /** Detail for debugging: each proof, each page of a listing. */
  debug(facts: LogFacts): void;
  /** What an operator may want to read back: a start, a sweep that has ended. */
  info(facts: LogFacts): void;
  /** What recovers by itself, or was refused: a bad signature, a retry. */
  warn(facts: LogFacts): void;
  /** What somebody has to look at: a dead letter, a failed sweep. */
  error(facts: LogFacts): void;
}

export const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

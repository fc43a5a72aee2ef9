/** Facts, not sentences: `{ event: 'webhook.refused', reason: 'signature' }`. Never a body, a key or an e-mail. */
export interface LogFacts {
  event: string;
  [fact: string]: unknown;
}

export interface Log {
  debug(facts: LogFacts): void;
  info(facts: LogFacts): void;
  warn(facts: LogFacts): void;
  error(facts: LogFacts): void;
}

export const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

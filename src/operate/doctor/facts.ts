import type { Config } from '../../engine/config.js';
import type { DatabaseFacts } from './database-facts.js';
import type { Learnt } from './finding.js';
import type { StripeFacts } from './stripe-facts.js';

/** Everything that the checks judge. */
export interface Facts {
  now: Date;
  local: LocalFacts;
  database: Learnt<DatabaseFacts>;
  /** One for each configured key, in the order of the configuration. */
  stripe: Learnt<readonly StripeFacts[]>;
}

/** What the process knows without asking anybody. */
export interface LocalFacts {
  /** The configuration as `serve` would read it. */
  config: Learnt<Pick<Config, 'feed' | 'catchUpEveryMs' | 'databaseUrl' | 'directory'>>;
  /** How many signing secrets each source has. */
  secrets: Learnt<readonly number[]>;
  /** Of Lockstep. */
  version: string;
  /** The API version that Lockstep reads Stripe in. */
  apiVersion: string;
  /** Of Node, without the `v`. */
  node: string;
  /** Free bytes where the embedded database is; null: there is none. */
  freeBytes: Learnt<number | null>;
}

/** The part of the database's facts, or why there is none. */
export function part<Name extends keyof DatabaseFacts>(name: Name): (facts: Facts) => DatabaseFacts[Name] {
  return ({ database }) => ('value' in database ? database.value[name] : database);
}

// What `api.test.ts` reads: an entry with every fault that the reader finds, and none of them in the rest.
import type { Hidden } from './hidden.js';

/** Documented. */
export interface Options {
  /** How long, in milliseconds. Default 5. */
  waitMs?: number;
  /** How often. */
  every?: number;
  silent: boolean;
  /** In parts. */
  inside: {
    undocumented: string;
  };
  /** Something of a type that nobody can name. */
  hidden: Hidden;
  /** Does it. @throws timed_out it took too long */
  run(ms: number): Promise<void>;
}

export function undocumented(options: Options): void {
  options.run(1).catch(() => {});
}

/** A closed list. */
export type Word =
  /** The first. */
  'one' | 'two';

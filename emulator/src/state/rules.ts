import type { Nouns } from './noun.js';
import type { Reactions } from './reaction.js';

/** What a unit must know of the nouns. */
export interface Rules {
  readonly nouns: Nouns;
  readonly reactions: Reactions;
}

import type { RoughCount } from '../../operate/rough-count.js';
import { count } from './table.js';

/** '1,204', 'about 1,200,000', 'over 2,000' */
export function roughly({ value, precision }: RoughCount): string {
  switch (precision) {
    case 'exact':
      return count(value);
    case 'about':
      // An estimate has no more than three digits that mean anything.
      return `about ${count(Number(value.toPrecision(3)))}`;
    case 'more':
      return `over ${count(value)}`;
    default:
      return precision satisfies never;
  }
}

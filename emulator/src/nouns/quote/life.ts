import type { Life } from '../../clock/life.js';
import type { QuoteRow } from './row.js';
import { idOf } from '../../state/unit.js';
import { cancelQuote } from './status.js';

/** An open quote is canceled when it expires. */
export const quoteLife: Life<QuoteRow> = {
  clock: (row) => idOf(row.test_clock),
  due: (row) => (row.status === 'open' ? row.expires_at : null),
  act: (unit, row) => void cancelQuote(unit, row.id),
};

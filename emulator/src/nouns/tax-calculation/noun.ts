import { sublist } from '../../api/list.js';
import type { Noun } from '../../state/noun.js';
import type { Json } from '../../state/rows.js';
import { calculationOperations } from './operations.js';
import type { TaxCalculationRow } from './row.js';

export const taxCalculation: Noun<TaxCalculationRow> = {
  title: 'tax calculation',
  prefix: 'taxcalc',
  view: ({ hidden: _hidden, ...shown }) => shown,
  operations: calculationOperations,
  expansions: {
    parts: {
      line_items: (id, unit) =>
        sublist(
          `/v1/tax/calculations/${id}/line_items`,
          unit.need('tax.calculation', id).hidden.lines as unknown as Json[],
        ),
    },
  },
};

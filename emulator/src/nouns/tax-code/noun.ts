import type Stripe from 'stripe';
import { operation } from '../../api/operation.js';
import { integer, text } from '../../api/params.js';
import { missing } from '../../api/problem.js';
import type { NounWithoutRows } from '../../state/noun.js';
import type { Json } from '../../state/rows.js';

/** Some of Stripe's codes, with their names (https://docs.stripe.com/tax/tax-codes). The descriptions are short ones of ours. */
const NAMES: Readonly<Record<string, string>> = {
  txcd_00000000: 'Nontaxable',
  txcd_10000000: 'General - Electronically Supplied Services',
  txcd_10103000: 'Software as a service (SaaS) - personal use',
  txcd_10103001: 'Software as a service (SaaS) - business use',
  txcd_20030000: 'General - Services',
  txcd_92010001: 'Shipping',
  txcd_99999999: 'General - Tangible Goods',
};

const codeOf = (id: string): Json => {
  const name = NAMES[id] ?? '';
  return { id, object: 'tax_code', description: name, name, requirements: null } satisfies Stripe.TaxCode;
};

export const taxCode: NounWithoutRows = {
  operations: [
    operation(
      'GET /v1/tax_codes',
      { ending_before: text(), limit: integer(1, 100), starting_after: text() },
      ({ params: { limit = 10, starting_after: after, ending_before: before } }) => {
        const ids = Object.keys(NAMES);
        const from = after === undefined ? 0 : ids.indexOf(after) + 1;
        const to = before === undefined ? ids.length : ids.indexOf(before);
        const all = before === undefined ? ids.slice(from) : ids.slice(Math.max(0, to - limit), to);
        const data = all.slice(0, limit).map(codeOf);
        return { object: 'list', data, has_more: all.length > limit, url: '/v1/tax_codes' };
      },
    ),
    operation('GET /v1/tax_codes/:id', {}, ({ at: { id = '' } }) => {
      if (!Object.hasOwn(NAMES, id)) throw missing('tax code', id, 'id', 404);
      return codeOf(id);
    }),
  ],
};

import type Stripe from 'stripe';
import { listOperation } from '../../api/list.js';
import { operation } from '../../api/operation.js';
import { needed, oneOf, text } from '../../api/params.js';
import { retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { Noun } from '../../state/noun.js';
import { addressParam, fullAddress } from '../shared/params.js';

/** Where something is performed, which decides its tax. */
export const taxLocation: Noun<Stripe.Tax.Location> = {
  title: 'tax location',
  prefix: 'taxloc',
  operations: [
    operation(
      'POST /v1/tax/locations',
      { address: needed(addressParam()), description: text(), type: needed(oneOf('performance')) },
      ({ unit, params }) => {
        const row = unit.insert('tax.location', {
          id: newId('taxloc'),
          object: 'tax.location',
          address: fullAddress(params.address) as Stripe.Address,
          description: params.description ?? null,
          livemode: false,
          type: 'performance',
        });
        return unit.view('tax.location', row);
      },
    ),
    retrieveOperation('/v1/tax/locations', 'tax.location'),
    listOperation('/v1/tax/locations', {
      type: 'tax.location',
      filters: { type: { param: needed(oneOf('performance')), field: 'type' } },
    }),
  ],
};

import type Stripe from 'stripe';
import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import type { Values } from '../../api/params.js';
import {
  accepted,
  flag,
  hash,
  integer,
  mergeMetadata,
  metadata,
  needed,
  oneOf,
  text,
  unbuiltAll,
} from '../../api/params.js';
import { given, retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { Unit } from '../../state/unit.js';
import { currencyParam } from '../shared/params.js';

const duration = () =>
  hash({ unit: needed(oneOf('business_day', 'day', 'hour', 'month', 'week')), value: needed(integer(1)) });

export const shippingRateFields = {
  delivery_estimate: hash({ maximum: duration(), minimum: duration() }),
  display_name: needed(text(100)),
  fixed_amount: hash({
    amount: needed(integer(0)),
    currency: needed(currencyParam()),
    ...unbuiltAll('currency_options'),
  }),
  metadata: metadata(),
  tax_behavior: oneOf('exclusive', 'inclusive', 'unspecified'),
  tax_code: accepted(),
  type: oneOf('fixed_amount'),
};

export const shippingRateOperations: readonly Operation[] = [
  operation('POST /v1/shipping_rates', shippingRateFields, ({ unit, params }) =>
    unit.view('shipping_rate', createShippingRate(unit, params)),
  ),
  retrieveOperation('/v1/shipping_rates', 'shipping_rate'),
  operation(
    'POST /v1/shipping_rates/:id',
    { active: flag(), metadata: metadata(), ...unbuiltAll('fixed_amount', 'tax_behavior') },
    ({ unit, at, params }) => {
      const row = unit.need('shipping_rate', at.id ?? '');
      const patch = given({
        active: params.active,
        metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
      });
      return unit.view('shipping_rate', unit.update('shipping_rate', row.id, patch));
    },
  ),
  listOperation('/v1/shipping_rates', {
    type: 'shipping_rate',
    filters: {
      active: { param: flag(), field: 'active' },
      created: range('created'),
      currency: { param: currencyParam(), field: 'fixed_amount.currency' },
    },
  }),
];

export function createShippingRate(unit: Unit, sent: Values<typeof shippingRateFields>): Stripe.ShippingRate {
  const { delivery_estimate: estimate } = sent;
  return unit.insert('shipping_rate', {
    id: newId('shr'),
    object: 'shipping_rate',
    active: true,
    created: unit.now,
    delivery_estimate:
      estimate === undefined ? null : { maximum: estimate.maximum ?? null, minimum: estimate.minimum ?? null },
    display_name: sent.display_name,
    ...given({ fixed_amount: sent.fixed_amount }),
    livemode: false,
    metadata: mergeMetadata(null, sent.metadata),
    tax_behavior: sent.tax_behavior ?? 'unspecified',
    tax_code: (sent.tax_code as string | undefined) ?? null,
    type: 'fixed_amount',
  });
}

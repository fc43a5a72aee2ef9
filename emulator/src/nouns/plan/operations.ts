import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import {
  decimal,
  either,
  emptyable,
  flag,
  hash,
  integer,
  isHash,
  mergeMetadata,
  metadata,
  needed,
  oneOf,
  text,
} from '../../api/params.js';
import { invalid, missing } from '../../api/problem.js';
import { deletedStub, given } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { PriceRow } from '../price/row.js';
import type { Unit } from '../../state/unit.js';
import { planView } from './view.js';
import { createPrice } from '../price/create.js';
import { tiersParam } from '../price/currency-options.js';
import { productData } from '../price/operations.js';
import { createProduct } from '../product/operations.js';
import { currencyParam } from '../shared/params.js';

/** Plans are recurring prices, so a change to one is a change to the other, with both events. */
export const planOperations: readonly Operation[] = [
  operation(
    'POST /v1/plans',
    {
      currency: needed(currencyParam()),
      interval: needed(oneOf('day', 'week', 'month', 'year')),
      active: flag(),
      amount: integer(0, 99_999_999),
      amount_decimal: decimal(),
      billing_scheme: oneOf('per_unit', 'tiered'),
      id: text(),
      interval_count: integer(1, 1095),
      metadata: metadata(),
      meter: text(),
      nickname: emptyable(text()),
      product: either(isHash, productData(), text()),
      tiers: tiersParam(),
      tiers_mode: oneOf('graduated', 'volume'),
      transform_usage: hash({ divide_by: needed(integer(1)), round: needed(oneOf('down', 'up')) }),
      trial_period_days: integer(0, 730),
      usage_type: oneOf('licensed', 'metered'),
    },
    ({ unit, params }) => {
      if (params.product === undefined)
        throw invalid('Missing required param: product.', 'product', 'parameter_missing');
      const { interval, interval_count, meter, trial_period_days, usage_type, amount, amount_decimal } = params;
      const row = createPrice(unit, {
        id: params.id ?? newId('plan'),
        product: typeof params.product === 'string' ? params.product : createProduct(unit, params.product).id,
        currency: params.currency,
        recurring: { interval, ...given({ interval_count, meter, trial_period_days, usage_type }) },
        ...given({
          active: params.active,
          billing_scheme: params.billing_scheme,
          metadata: params.metadata,
          nickname: params.nickname,
          tiers: params.tiers,
          tiers_mode: params.tiers_mode,
          transform_quantity: params.transform_usage,
          unit_amount: amount,
          unit_amount_decimal: amount_decimal,
        }),
      });
      return planView(row);
    },
  ),
  operation('GET /v1/plans/:id', {}, ({ unit, at }) => planView(planOf(unit, at.id ?? ''))),
  operation(
    'POST /v1/plans/:id',
    {
      active: flag(),
      metadata: metadata(),
      nickname: emptyable(text()),
      product: text(),
      trial_period_days: emptyable(integer(0, 730)),
    },
    ({ unit, at, params }) => {
      const row = planOf(unit, at.id ?? '');
      if (params.product !== undefined) unit.need('product', params.product, 'product');
      const patch = given({
        active: params.active,
        metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
        nickname: params.nickname,
        product: params.product,
        recurring:
          params.trial_period_days === undefined || row.recurring === null
            ? undefined
            : { ...row.recurring, trial_period_days: params.trial_period_days },
      });
      return planView(unit.update('price', row.id, patch));
    },
  ),
  operation('DELETE /v1/plans/:id', {}, ({ unit, at }) => {
    const row = planOf(unit, at.id ?? '');
    const product = unit.find('product', row.product);
    // The default price goes with its plan, so the product must let go of it.
    if (product?.default_price === row.id)
      unit.update('product', product.id, { default_price: null, updated: unit.now });
    // Subscriptions go on with what they bought.
    for (const item of unit.all('subscription_item', 'price', row.id)) {
      unit.update('subscription_item', item.id, { hidden: { lastPrice: row } });
    }
    unit.remove('price', row.id);
    return deletedStub(row.id, 'plan');
  }),
  listOperation('/v1/plans', {
    type: 'price',
    filters: {
      active: { param: flag(), field: 'active' },
      created: range('created'),
      product: { param: text(), field: 'product' },
    },
    only: (row) => row.recurring !== null,
    view: planView,
  }),
];

function planOf(unit: Unit, id: string): PriceRow {
  const row = unit.find('price', id);
  if (row === undefined || row.recurring === null) throw missing('plan', id, 'id', 404);
  return row;
}

import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import {
  accepted,
  decimal,
  emptyable,
  flag,
  hash,
  integer,
  listOf,
  mergeMetadata,
  metadata,
  needed,
  oneOf,
  text,
} from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { given, retrieveOperation } from '../../api/standard.js';
import { createProduct } from '../product/operations.js';
import { createPrice, lookupKey } from './create.js';
import { changedOptions, currencyOptionsParam, tiersParam } from './currency-options.js';
import { customAmountParam } from './custom-amount.js';
import { currencyParam } from '../shared/params.js';

const AMOUNT_MAX = 99_999_999;

export const productData = () =>
  hash({
    active: flag(),
    id: text(),
    metadata: metadata(),
    name: needed(text()),
    statement_descriptor: text(22),
    tax_code: text(),
    tax_details: accepted(),
    unit_label: text(12),
  });
const taxBehavior = () => oneOf('exclusive', 'inclusive', 'unspecified');

export const priceOperations: readonly Operation[] = [
  operation(
    'POST /v1/prices',
    {
      currency: needed(currencyParam()),
      active: flag(),
      billing_scheme: oneOf('per_unit', 'tiered'),
      lookup_key: text(200),
      metadata: metadata(),
      nickname: emptyable(text()),
      product: text(),
      product_data: productData(),
      recurring: hash({
        interval: needed(oneOf('day', 'week', 'month', 'year')),
        interval_count: integer(1, 1095),
        meter: text(),
        trial_period_days: integer(0, 730),
        usage_type: oneOf('licensed', 'metered'),
      }),
      tax_behavior: taxBehavior(),
      tiers: tiersParam(),
      tiers_mode: oneOf('graduated', 'volume'),
      transfer_lookup_key: flag(),
      transform_quantity: hash({ divide_by: needed(integer(1)), round: needed(oneOf('down', 'up')) }),
      unit_amount: integer(0, AMOUNT_MAX),
      unit_amount_decimal: decimal(),
      currency_options: currencyOptionsParam(),
      custom_unit_amount: customAmountParam(),
    },
    ({ unit, params: { product, product_data, ...sent } }) => {
      if (product !== undefined && product_data !== undefined) {
        throw invalid('You may only specify one of these parameters: product, product_data.', 'product');
      }
      const owner = product_data === undefined ? product : createProduct(unit, product_data).id;
      if (owner === undefined) {
        throw invalid('You must provide either `product` or `product_data`.', 'product', 'parameter_missing');
      }
      return unit.view('price', createPrice(unit, { ...sent, product: owner }));
    },
  ),
  retrieveOperation('/v1/prices', 'price'),
  operation(
    'POST /v1/prices/:id',
    {
      active: flag(),
      lookup_key: emptyable(text(200)),
      metadata: metadata(),
      nickname: emptyable(text()),
      tax_behavior: taxBehavior(),
      transfer_lookup_key: flag(),
      currency_options: emptyable(currencyOptionsParam()),
    },
    ({ unit, at, params }) => {
      const row = unit.need('price', at.id ?? '');
      if (params.active === false && unit.find('product', row.product)?.default_price === row.id) {
        throw invalid('This price cannot be archived because it is the default price of its product.', 'active');
      }
      const patch = given({
        active: params.active,
        lookup_key:
          params.lookup_key === undefined || params.lookup_key === null
            ? params.lookup_key
            : lookupKey(
                unit,
                { lookup_key: params.lookup_key, transfer_lookup_key: params.transfer_lookup_key === true },
                row.id,
              ),
        metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
        nickname: params.nickname,
        currency_options: changedOptions(row, params.currency_options),
        tax_behavior: params.tax_behavior,
      });
      return unit.view('price', unit.update('price', row.id, patch));
    },
  ),
  listOperation('/v1/prices', {
    type: 'price',
    filters: {
      // Without the filter Stripe lists active prices only.
      active: {
        param: flag(),
        test: (row, active: boolean | undefined) => row.active === (active ?? true),
        always: true,
      },
      created: range('created'),
      currency: { param: currencyParam(), field: 'currency' },
      lookup_keys: {
        param: listOf(text(), 10),
        test: (row, keys: string[]) => row.lookup_key !== null && keys.includes(row.lookup_key),
      },
      product: { param: text(), field: 'product' },
      recurring: {
        param: hash({
          interval: oneOf('day', 'week', 'month', 'year'),
          meter: text(),
          usage_type: oneOf('licensed', 'metered'),
        }),
        test: (row, wanted: Record<string, unknown>) =>
          row.recurring !== null &&
          Object.entries(given(wanted)).every(
            ([key, value]) => (row.recurring as unknown as Record<string, unknown>)[key] === value,
          ),
      },
      type: { param: oneOf('one_time', 'recurring'), field: 'type' },
    },
  }),
];

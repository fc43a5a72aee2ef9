import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { currencyParam } from '../shared/params.js';
import {
  fraction,
  hash,
  integer,
  listOf,
  mergeMetadata,
  metadata,
  oneOf,
  text,
  timestamp,
  unbuiltAll,
} from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { deletedStub, given, retrieveOperation } from '../../api/standard.js';
import { randomText } from '../../state/id.js';

export const couponOperations: readonly Operation[] = [
  operation(
    'POST /v1/coupons',
    {
      amount_off: integer(1),
      currency: currencyParam(),
      duration: oneOf('forever', 'once', 'repeating'),
      duration_in_months: integer(1),
      id: text(),
      max_redemptions: integer(1),
      metadata: metadata(),
      name: text(40),
      percent_off: fraction(0, 100),
      redeem_by: timestamp(),
      applies_to: hash({ products: listOf(text()) }),
      ...unbuiltAll('currency_options'),
    },
    ({ unit, params }) => {
      if (params.id !== undefined && unit.find('coupon', params.id) !== undefined) {
        throw invalid('Coupon already exists.', 'id', 'resource_already_exists');
      }
      if ((params.percent_off === undefined) === (params.amount_off === undefined)) {
        throw invalid('Must provide exactly one of percent_off or amount_off.', 'percent_off', 'parameter_missing');
      }
      if (params.duration === 'repeating' && params.duration_in_months === undefined) {
        throw invalid('Missing required param: duration_in_months.', 'duration_in_months', 'parameter_missing');
      }
      if (params.amount_off !== undefined && params.currency === undefined) {
        throw invalid('Missing required param: currency.', 'currency', 'parameter_missing');
      }
      const row = unit.insert('coupon', {
        id: params.id ?? randomText(8),
        object: 'coupon',
        amount_off: params.amount_off ?? null,
        ...(params.applies_to === undefined ? {} : { applies_to: { products: params.applies_to.products ?? [] } }),
        created: unit.now,
        currency: params.amount_off === undefined ? null : (params.currency ?? null),
        duration: params.duration ?? 'once',
        duration_in_months: params.duration_in_months ?? null,
        livemode: false,
        max_redemptions: params.max_redemptions ?? null,
        metadata: mergeMetadata(null, params.metadata),
        name: params.name ?? null,
        percent_off: params.percent_off ?? null,
        redeem_by: params.redeem_by ?? null,
        times_redeemed: 0,
        valid: true,
      });
      return unit.view('coupon', row);
    },
  ),
  retrieveOperation('/v1/coupons', 'coupon'),
  operation(
    'POST /v1/coupons/:id',
    { metadata: metadata(), name: text(40), ...unbuiltAll('currency_options') },
    ({ unit, at, params }) => {
      const row = unit.need('coupon', at.id ?? '');
      const patch = given({
        metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
        name: params.name,
      });
      return unit.view('coupon', unit.update('coupon', row.id, patch));
    },
  ),
  operation('DELETE /v1/coupons/:id', {}, ({ unit, at }) => {
    unit.remove('coupon', at.id ?? '');
    return deletedStub(at.id ?? '', 'coupon');
  }),
  listOperation('/v1/coupons', { type: 'coupon', filters: { created: range('created') } }),
];

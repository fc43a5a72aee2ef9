import type Stripe from 'stripe';
import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import {
  flag,
  hash,
  integer,
  mergeMetadata,
  metadata,
  needed,
  oneOf,
  text,
  timestamp,
  unbuiltAll,
  unbuilt,
} from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { given, retrieveOperation } from '../../api/standard.js';
import { newId, randomText } from '../../state/id.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { isValid } from '../coupon/valid.js';
import { currencyParam } from '../shared/params.js';

export const promotionCodeOperations: readonly Operation[] = [
  operation(
    'POST /v1/promotion_codes',
    {
      active: flag(),
      code: text(500),
      // The name before `promotion`; the official command line still sends it.
      coupon: text(),
      customer: text(),
      expires_at: timestamp(),
      max_redemptions: integer(1),
      metadata: metadata(),
      promotion: hash({ type: needed(oneOf('coupon')), coupon: text() }),
      restrictions: hash({
        first_time_transaction: flag(),
        minimum_amount: integer(1),
        minimum_amount_currency: currencyParam(),
        ...unbuiltAll('currency_options'),
      }),
      ...unbuiltAll('customer_account'),
    },
    ({ unit, params }) => {
      const at = params.promotion === undefined ? 'coupon' : 'promotion[coupon]';
      const id = params.promotion?.coupon ?? params.coupon;
      if (id === undefined) throw invalid('Missing required param: promotion.', 'promotion', 'parameter_missing');
      const coupon = unit.need('coupon', id, at);
      if (params.customer !== undefined) unit.need('customer', params.customer, 'customer');
      const code = params.code ?? randomText(8).toUpperCase();
      if (codeOf(unit, code) !== undefined) {
        throw invalid(`An active promotion code with \`code: ${code}\` already exists.`, 'code');
      }
      const row: Stripe.PromotionCode = {
        id: newId('promo'),
        object: 'promotion_code',
        active: params.active ?? true,
        code,
        created: unit.now,
        customer: params.customer ?? null,
        customer_account: null,
        expires_at: params.expires_at ?? null,
        livemode: false,
        max_redemptions: params.max_redemptions ?? null,
        metadata: mergeMetadata(null, params.metadata),
        promotion: { coupon: coupon.id, type: 'coupon' },
        restrictions: {
          first_time_transaction: params.restrictions?.first_time_transaction ?? false,
          minimum_amount: params.restrictions?.minimum_amount ?? null,
          minimum_amount_currency: params.restrictions?.minimum_amount_currency ?? null,
        },
        times_redeemed: 0,
      };
      return unit.view('promotion_code', unit.insert('promotion_code', row));
    },
  ),
  retrieveOperation('/v1/promotion_codes', 'promotion_code'),
  operation(
    'POST /v1/promotion_codes/:id',
    { active: flag(), metadata: metadata(), ...unbuiltAll('restrictions') },
    ({ unit, at, params }) => {
      const row = unit.need('promotion_code', at.id ?? '');
      const patch = given({
        active: params.active,
        metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
      });
      return unit.view('promotion_code', unit.update('promotion_code', row.id, patch));
    },
  ),
  listOperation('/v1/promotion_codes', {
    type: 'promotion_code',
    filters: {
      active: { param: flag(), test: (row, active: boolean, unit) => isActive(unit, row) === active },
      code: { param: text(), test: (row, code: string) => row.code.toLowerCase() === code.toLowerCase() },
      coupon: { param: text(), field: 'promotion.coupon' },
      created: range('created'),
      customer: { param: text(), field: 'customer' },
      customer_account: { param: unbuilt() },
    },
  }),
];

/**
 * Whether a code can be redeemed: it is active, neither expired nor used up, and its coupon is valid (`active` of
 * https://docs.stripe.com/api/promotion_codes/object).
 */
export function isActive(unit: Unit, row: Stripe.PromotionCode): boolean {
  const coupon = unit.find('coupon', idOf(row.promotion.coupon));
  const isOver = row.expires_at !== null && row.expires_at <= unit.now;
  return row.active && !isOver && !isUsedUp(row) && coupon !== undefined && isValid(unit, coupon);
}

const isUsedUp = ({ max_redemptions: max, times_redeemed: count }: Stripe.PromotionCode): boolean =>
  max !== null && count >= max;

/** The active promotion code that a customer writes, in any case. */
export function codeOf(unit: Unit, code: string): Stripe.PromotionCode | undefined {
  for (const row of unit.store.tables.promotion_code.walk()) {
    if (row.code.toLowerCase() === code.toLowerCase() && isActive(unit, row)) return row;
  }
  return undefined;
}

/** @throws Problem when a customer may not use the code. */
export function checkPromotion(
  unit: Unit,
  id: string,
  customer: string | null,
  param: string,
): { coupon: string; promotion: string } {
  const row = unit.need('promotion_code', id, param);
  const expired = row.expires_at !== null && row.expires_at <= unit.now;
  if (!row.active || expired || isUsedUp(row)) {
    throw invalid(`This promotion code cannot be redeemed because it is ${expired ? 'expired' : 'inactive'}.`, param);
  }
  if (row.customer !== null && idOf(row.customer) !== customer) {
    throw invalid(
      'This promotion code cannot be redeemed because the associated customer does not match the given customer.',
      param,
      'promotion_code_customer_mismatch',
    );
  }
  if (row.restrictions.first_time_transaction && customer !== null && hasPaid(unit, customer)) {
    throw invalid(
      'This promotion code cannot be redeemed because the associated customer has prior transactions.',
      param,
      'promotion_code_customer_has_prior_transactions',
    );
  }
  return { coupon: idOf(row.promotion.coupon) ?? '', promotion: row.id };
}

const hasPaid = (unit: Unit, customer: string): boolean =>
  unit.all('charge', 'customer', customer).some(({ paid }) => paid);

import type Stripe from 'stripe';
import { emptyable, flag, hash, integer, listOf, needed, text } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { given } from '../../api/standard.js';
import type { CheckoutSessionRow } from './row.js';
import type { CouponRow } from '../coupon/row.js';
import type { ItemRow } from '../item/row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import type { DiscountSent } from '../discount/operations.js';
import type { Priced, Sums } from '../item/operations.js';
import { addItems, itemsOf, pricedLines } from '../item/operations.js';
import { priceIn } from '../price/currency-options.js';
import { checkChosen } from '../price/custom-amount.js';
import { checkPromotion, codeOf } from '../promotion-code/operations.js';

type Optional = Stripe.Checkout.Session.OptionalItem;

const OPTIONAL_MAX = 10;

/** What a customer may take besides (https://docs.stripe.com/payments/checkout/optional-items). */
export const optionalItemsParam = () =>
  emptyable(
    listOf(
      hash({
        adjustable_quantity: hash({
          enabled: needed(flag()),
          maximum: integer(0, 999_999),
          minimum: integer(0, 999_999),
        }),
        price: needed(text()),
        quantity: needed(integer(1, 999_999)),
      }),
      OPTIONAL_MAX,
    ),
  );
type OptionalSent = ReturnType<ReturnType<typeof optionalItemsParam>['read']>;

/** As a session or link shows them. @throws Problem for a price that is none */
export function optionalItems(unit: Unit, sent: OptionalSent | undefined): Optional[] | null {
  if (sent === undefined || sent === null) return null;
  return sent.map(({ adjustable_quantity: adjustable, price, quantity }, index) => {
    unit.need('price', price, `optional_items[${index}][price]`);
    return {
      adjustable_quantity:
        adjustable?.enabled === true
          ? { enabled: true, maximum: adjustable.maximum ?? null, minimum: adjustable.minimum ?? null }
          : null,
      price,
      quantity,
    };
  });
}

/** What the customer chose on the page. */
export interface Chosen {
  optional_items?: readonly { price: string; quantity?: number }[] | undefined;
  /** As customers write it. */
  promotion_code?: string | undefined;
  /** In minor units, of a price whose amount they choose. */
  amount?: number | undefined;
}

/** Adds the session up again with what the customer chose; an earlier choice is forgotten. */
export function choose(unit: Unit, row: CheckoutSessionRow, sent: Chosen): CheckoutSessionRow {
  if (sent.optional_items === undefined && sent.promotion_code === undefined && sent.amount === undefined) return row;
  const discounts = sent.promotion_code === undefined ? row.discounts : promoted(unit, row, sent.promotion_code);
  const chosen = (sent.optional_items ?? []).map((one, index) => taken(row, one, index));
  const before = itemsOf(unit, row.id);
  const kept = before.filter(({ hidden }) => sent.optional_items === undefined || hidden.optional !== true);
  const lines = [
    ...kept.map((line) => withAmount(pricedAgain(unit, line), sent.amount)),
    ...pricedLines(unit, chosen, row.currency ?? undefined).map((line) => ({ ...line, optional: true })),
  ];
  for (const line of before) unit.remove('item', line.id, []);
  const coupons = discountsOf(discounts).map(
    (one, index) => couponOf(unit, one, idOf(row.customer), `discounts[${index}]`).coupon,
  );
  const whole = addItems(unit, row.id, lines, { coupons });
  const sums = row.hidden.trial === true ? onceOnly(unit, row.id) : whole;
  const shipping = row.shipping_cost?.amount_total ?? 0;
  return unit.update('checkout.session', row.id, {
    amount_subtotal: sums.subtotal,
    amount_total: sums.total + shipping,
    discounts,
    total_details: { amount_discount: sums.discount, amount_shipping: shipping, amount_tax: sums.tax },
  });
}

function promoted(unit: Unit, row: CheckoutSessionRow, code: string): CheckoutSessionRow['discounts'] {
  if (row.allow_promotion_codes !== true) {
    throw invalid('This Checkout Session does not allow promotion codes.', 'promotion_code');
  }
  const found = codeOf(unit, code);
  if (found === undefined) throw invalid('This code is invalid.', 'promotion_code', 'promotion_code_invalid');
  return [{ coupon: null, promotion_code: found.id }];
}

function taken(row: CheckoutSessionRow, sent: { price: string; quantity?: number }, index: number) {
  const at = `optional_items[${index}]`;
  const offered = row.optional_items?.find(({ price }) => price === sent.price);
  if (offered === undefined) throw invalid(`${sent.price} is no optional item of this session.`, `${at}[price]`);
  const { adjustable_quantity: adjustable } = offered;
  const quantity = sent.quantity ?? offered.quantity;
  const least = adjustable === null ? offered.quantity : (adjustable.minimum ?? 0);
  const most = adjustable === null ? offered.quantity : (adjustable.maximum ?? 99);
  if (quantity < least || quantity > most) {
    throw invalid(`The quantity must be between ${least} and ${most}.`, `${at}[quantity]`);
  }
  return { price: sent.price, quantity };
}

/** Whether the customer says what they pay. */
export const choosesAmount = (unit: Unit, owner: string): boolean =>
  itemsOf(unit, owner).some(({ hidden }) => hidden.chosen !== undefined);

function withAmount(line: Priced, amount: number | undefined): Priced {
  const limits = line.price.custom_unit_amount;
  if (limits === null || amount === undefined) return line;
  checkChosen(limits, amount, 'amount');
  return { ...line, chosen: amount };
}

function pricedAgain(unit: Unit, line: ItemRow): Priced {
  const { adjustable_quantity: adjustable, metadata, hidden } = line;
  const price = unit.need('price', line.price);
  return {
    price: priceIn(price, line.currency) ?? price,
    quantity: line.quantity,
    ...given({ chosen: hidden.chosen }),
    ...(hidden.optional === true ? { optional: true } : {}),
    sent: {
      metadata,
      tax_rates: hidden.tax_rates,
      ...(adjustable === null
        ? {}
        : {
            adjustable_quantity: {
              enabled: adjustable.enabled,
              ...(adjustable.maximum === null ? {} : { maximum: adjustable.maximum }),
              ...(adjustable.minimum === null ? {} : { minimum: adjustable.minimum }),
            },
          }),
    },
  };
}

/** What a trial leaves to be paid at once: the lines that do not recur. */
export function onceOnly(unit: Unit, owner: string): Sums {
  const once = itemsOf(unit, owner).filter(({ price }) => unit.need('price', price).recurring === null);
  const sum = (of: (line: ItemRow) => number): number => once.reduce((all, line) => all + of(line), 0);
  return {
    subtotal: sum((line) => line.amount_subtotal),
    discount: sum((line) => line.amount_discount),
    tax: sum((line) => line.amount_tax),
    total: sum((line) => line.amount_total),
  };
}

/** The coupon behind a discount, and the promotion code it came by. @throws Problem when it may not be used */
export function couponOf(
  unit: Unit,
  sent: DiscountSent,
  customer: string | null,
  at: string,
): { coupon: CouponRow; promotion: string | null } {
  const promotion =
    sent.promotion_code === undefined
      ? undefined
      : checkPromotion(unit, sent.promotion_code, customer, `${at}[promotion_code]`);
  const coupon = unit.need('coupon', promotion?.coupon ?? sent.coupon ?? '', `${at}[coupon]`);
  return { coupon, promotion: promotion?.promotion ?? null };
}

/** The discounts of a session as they are sent, to be redeemed when it completes. */
export const discountsOf = (discounts: CheckoutSessionRow['discounts']): DiscountSent[] =>
  (discounts ?? []).map(({ coupon, promotion_code }) =>
    promotion_code === null ? { coupon: idOf(coupon) ?? '' } : { promotion_code: idOf(promotion_code) ?? '' },
  );

import { accepted, emptyable, hash, integer, listOf, metadata, text, unbuiltAll } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import type { SubscriptionRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { discountsParam } from '../discount/operations.js';
import { newInvoiceItem } from '../invoice-item/operations.js';
import { createPrice, priceOf } from '../price/create.js';
import { oneTimePriceData } from '../shared/params.js';

const EXTRA_MAX = 20;

/** What the next invoice of a subscription has besides its items. */
export const extraItemsParam = () =>
  listOf(
    hash({
      discounts: discountsParam(),
      metadata: metadata(),
      price: text(),
      price_data: oneTimePriceData(),
      quantity: integer(0),
      tax_rates: emptyable(listOf(text())),
      period: accepted(),
      ...unbuiltAll('discountable', 'quantity_decimal'),
    }),
    EXTRA_MAX,
  );
export type ExtraSent = NonNullable<ReturnType<ReturnType<typeof extraItemsParam>['read']>>;

/** Pending items of this subscription alone. @throws Problem for a price that recurs */
export function addExtraItems(unit: Unit, row: SubscriptionRow, sent: ExtraSent | undefined): void {
  (sent ?? []).forEach((extra, index) => {
    const at = `add_invoice_items[${index}]`;
    const price =
      extra.price_data !== undefined
        ? createPrice(unit, { ...extra.price_data, active: false })
        : priceOf(unit, extra.price ?? '', `${at}[price]`);
    if (price.recurring !== null) {
      throw invalid(
        'The price specified is set to `type=recurring` but this field only accepts prices with `type=one_time`.',
        `${at}[price]`,
      );
    }
    newInvoiceItem(unit, {
      customer: idOf(row.customer) ?? '',
      price: price.id,
      quantity: extra.quantity ?? 1,
      subscription: row.id,
      ...(extra.discounts === undefined ? {} : { discounts: extra.discounts }),
      ...(extra.metadata === undefined ? {} : { metadata: extra.metadata }),
      ...(extra.tax_rates ? { tax_rates: extra.tax_rates } : {}),
    });
  });
}

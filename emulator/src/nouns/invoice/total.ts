import type Stripe from 'stripe';
import type { CouponRow } from '../coupon/row.js';
import type { InvoiceRow } from './row.js';
import type { LineItemRow } from '../line-item/row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { reductionOf } from '../coupon/reduction.js';
import { spread, taxOf } from '../price/amount.js';

/**
 * Adds a draft up: line discounts, then the invoice's discounts over the discountable lines, then taxes on what is left
 * (https://docs.stripe.com/billing/taxes/tax-rates, https://docs.stripe.com/billing/subscriptions/coupons). The invoice's
 * `subtotal` has the line discounts in it and the invoice's own not.
 */
export function total(unit: Unit, id: string): InvoiceRow {
  const invoice = unit.need('invoice', id);
  const sums = unit.all('line_item', 'invoice', id).map((line) => new LineSum(unit, line));
  for (const sum of sums) {
    for (const discount of sum.line.discounts) discountLines(unit, [sum], idOf(discount) ?? '', invoice.currency);
  }
  const subtotal = sums.reduce((amount, sum) => amount + sum.left, 0);
  for (const discount of invoice.discounts) discountLines(unit, sums, idOf(discount) ?? '', invoice.currency);
  for (const sum of sums) sum.takeCredits();
  const net = sums.reduce((amount, sum) => amount + sum.left, 0);
  for (const sum of sums) sum.tax(unit, invoice);
  for (const { credits, line, discounts, taxes } of sums) {
    const shown = credits.length === 0 ? {} : { pretax_credit_amounts: [...pretax(discounts), ...credits] };
    unit.update('line_item', line.id, { discount_amounts: discounts, taxes, ...shown });
  }
  const credits = sums.flatMap((one) => one.credits);
  const taxes = addedUp(sums.flatMap((sum) => sum.taxes));
  const exclusive = sumOf(taxes.filter(({ tax_behavior }) => tax_behavior === 'exclusive'));
  const inclusive = sumOf(taxes.filter(({ tax_behavior }) => tax_behavior === 'inclusive'));
  const shipping = invoice.shipping_cost?.amount_total ?? 0;
  const sum = net + exclusive + shipping;
  const due = Math.max(sum, 0);
  return unit.update('invoice', id, {
    amount_due: due,
    amount_remaining: due,
    amount_shipping: shipping,
    subtotal,
    subtotal_excluding_tax: subtotal - inclusive,
    total: sum,
    total_discount_amounts: byDiscount(sums.flatMap(({ discounts }) => discounts)),
    ...(credits.length === 0
      ? {}
      : { total_pretax_credit_amounts: [...pretax(byDiscount(sums.flatMap((one) => one.discounts))), ...credits] }),
    total_excluding_tax: net - inclusive + shipping,
    total_taxes: taxes,
  });
}

/** One line while it is added up. */
class LineSum {
  left: number;
  readonly discounts: { amount: number; discount: string }[] = [];
  taxes: Stripe.InvoiceLineItem.Tax[] = [];
  readonly credits: { amount: number; credit_balance_transaction: string; type: 'credit_balance_transaction' }[] = [];

  constructor(
    unit: Unit,
    readonly line: LineItemRow,
    readonly product = unit.find('price', line.pricing?.price_details.price)?.product,
  ) {
    this.left = line.amount;
  }

  take(discount: string, amount: number): void {
    if (amount === 0) return;
    this.left -= amount;
    this.discounts.push({ amount, discount });
  }

  /** What billing credits pay is neither due nor taxed. */
  takeCredits(): void {
    for (const { amount, transaction } of this.line.hidden.credits ?? []) {
      this.left -= amount;
      this.credits.push({ amount, credit_balance_transaction: transaction, type: 'credit_balance_transaction' });
    }
  }

  tax(unit: Unit, invoice: InvoiceRow): void {
    const own = this.line.hidden.tax_rates;
    const rates = own.length > 0 ? own : invoice.default_tax_rates.map(({ id }) => id);
    this.taxes = rates.map((id) => {
      const { inclusive, percentage } = unit.need('tax_rate', id);
      const exempt = invoice.customer_tax_exempt;
      const taxed = exempt !== 'exempt' && exempt !== 'reverse';
      return {
        amount: taxed ? taxOf(this.left, percentage, inclusive) : 0,
        tax_behavior: inclusive ? 'inclusive' : 'exclusive',
        tax_rate_details: { tax_rate: id },
        taxability_reason: taxed ? 'standard_rated' : exempt === 'reverse' ? 'reverse_charge' : 'customer_exempt',
        taxable_amount: inclusive ? this.left - taxOf(this.left, percentage, true) : this.left,
        type: 'tax_rate_details',
      };
    });
  }
}

/** Discounts among what is taken off before taxes. */
const pretax = (discounts: readonly { amount: number; discount: string }[]) =>
  discounts.map((one) => ({ ...one, type: 'discount' as const }));

function discountLines(unit: Unit, sums: readonly LineSum[], id: string, currency: string): void {
  const coupon = unit.find('coupon', idOf(unit.find('discount', id)?.source.coupon));
  if (coupon === undefined) return;
  const chosen = sums.filter(({ line, product }) => line.discountable && isFor(coupon, product));
  const amounts = chosen.map(({ left }) => left);
  const shares = spread(reductionOf(coupon, sumAll(amounts), currency), amounts);
  chosen.forEach((sum, index) => sum.take(id, shares[index] ?? 0));
}

const isFor = ({ applies_to }: CouponRow, product: string | undefined): boolean =>
  applies_to === undefined || (product !== undefined && applies_to.products.includes(product));

const sumAll = (amounts: readonly number[]): number => amounts.reduce((sum, amount) => sum + amount, 0);
const sumOf = (rows: readonly { amount: number }[]): number => sumAll(rows.map(({ amount }) => amount));

function byDiscount(rows: readonly { amount: number; discount: string }[]): { amount: number; discount: string }[] {
  const sums = new Map<string, number>();
  for (const { amount, discount } of rows) sums.set(discount, (sums.get(discount) ?? 0) + amount);
  return [...sums].map(([discount, amount]) => ({ amount, discount }));
}

function addedUp(rows: readonly Stripe.InvoiceLineItem.Tax[]): Stripe.Invoice.TotalTax[] {
  const sums = new Map<string, Stripe.Invoice.TotalTax>();
  for (const row of rows) {
    const key = `${row.tax_rate_details?.tax_rate} ${row.taxability_reason}`;
    const sum = sums.get(key);
    sums.set(key, {
      ...row,
      amount: (sum?.amount ?? 0) + row.amount,
      taxable_amount: (sum?.taxable_amount ?? 0) + (row.taxable_amount ?? 0),
    });
  }
  return [...sums.values()];
}

import type { SubscriptionRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';

/** The payment method that a subscription's invoices are collected with: its own, else the customer's. */
export function methodOf(unit: Unit, row: SubscriptionRow): string | null {
  const customer = unit.find('customer', idOf(row.customer));
  return (
    idOf(row.default_payment_method) ??
    idOf(customer?.invoice_settings.default_payment_method) ??
    idOf(customer?.default_source)
  );
}

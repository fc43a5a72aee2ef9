import type { Store } from '../state/store.js';
import type { Rules } from '../state/rules.js';
import { Unit, idOf } from '../state/unit.js';
import { planView } from '../nouns/plan/view.js';
import { chargesOf, refundsOf } from '../nouns/charge/list.js';
import type { Lookup } from './older.js';

/** What older shapes ask for, from a store as it is. */
export function lookupIn(store: Store, rules: Rules): Lookup {
  const unit = new Unit(store, rules, 0, { request: null, idempotencyKey: null });
  const paymentOf = (invoice: string): string | null => unit.find('invoice', invoice)?.hidden.payment_intent ?? null;
  return {
    paymentOfInvoice: paymentOf,
    chargeOfInvoice: (invoice) => idOf(unit.find('payment_intent', paymentOf(invoice))?.latest_charge),
    invoiceOfPayment: (payment) => unit.find('payment_intent', payment)?.hidden.invoice ?? null,
    chargesOfPayment: (payment) => chargesOf(payment, unit),
    refundsOfCharge: (charge) => refundsOf(charge, unit),
    price: (id) => {
      const row = unit.find('price', id);
      return row === undefined ? null : unit.view('price', row);
    },
    plan: (id) => {
      const row = unit.find('price', id);
      return row === undefined ? null : { ...planView(row) };
    },
    coupon: (id) => {
      const row = unit.find('coupon', id);
      return row === undefined ? null : unit.view('coupon', row);
    },
    discount: (id) => {
      const row = unit.find('discount', id);
      return row === undefined ? null : unit.view('discount', row);
    },
    taxRate: (id) => {
      const row = unit.find('tax_rate', id);
      return row === undefined ? null : unit.view('tax_rate', row);
    },
  };
}

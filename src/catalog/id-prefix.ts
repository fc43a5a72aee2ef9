import type { ObjectName } from './generated/names.js';

/** How the ids of common types begin. Source: the examples in Stripe's API reference. */
const prefixes: Readonly<Record<string, ObjectName>> = {
  cus_: 'customer',
  sub_: 'subscription',
  in_: 'invoice',
  prod_: 'product',
  price_: 'price',
  pi_: 'payment_intent',
  pm_: 'payment_method',
  ch_: 'charge',
  py_: 'charge',
  re_: 'refund',
  seti_: 'setup_intent',
  promo_: 'promotion_code',
  dp_: 'dispute',
  du_: 'dispute',
  qt_: 'quote',
  sub_sched_: 'subscription_schedule',
  txn_: 'balance_transaction',
  cs_test_: 'checkout.session',
  cs_live_: 'checkout.session',
};

/** The type that an object of this id is probably of. Undefined: the beginning of the id says nothing. */
export function typeOfId(id: string): ObjectName | undefined {
  return prefixes[id.slice(0, id.lastIndexOf('_') + 1)];
}

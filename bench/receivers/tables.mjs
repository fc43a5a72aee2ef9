// @ts-check

/** Where Lockstep and both peers keep the objects of each type. */
export const tables = {
  customer: 'stripe.customers',
  product: 'stripe.products',
  price: 'stripe.prices',
  subscription: 'stripe.subscriptions',
  invoice: 'stripe.invoices',
};

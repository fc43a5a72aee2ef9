import { href } from './route.js';

/** Where an object is shown: on its own page, on that of what it belongs to, or as plain JSON. */
export function hrefOf(object: { readonly object: string; readonly id: string }): string {
  return href(views[object.object] ?? 'objects', object.id);
}

const views: Readonly<Record<string, string>> = {
  'checkout.session': 'checkouts',
  coupon: 'coupons',
  customer: 'customers',
  dispute: 'disputes',
  event: 'events',
  invoice: 'invoices',
  payment_intent: 'payments',
  product: 'products',
  quote: 'quotes',
  subscription: 'subscriptions',
  subscription_schedule: 'schedules',
  webhook_endpoint: 'webhooks',
};

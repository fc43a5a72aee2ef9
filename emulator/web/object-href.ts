import { href } from './route.js';

/** The view that has a page for objects of this type, if one has. */
export function viewOf(type: string): string | undefined {
  return views[type];
}

/** The address of the page that shows an object: its own, or the one that shows any object as JSON. */
export function hrefOf(object: { readonly object: string; readonly id: string }): string {
  return href(viewOf(object.object) ?? 'objects', object.id);
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

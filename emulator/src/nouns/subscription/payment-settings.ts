import type Stripe from 'stripe';
import type { Values } from '../../api/params.js';
import { accepted, hash, oneOf } from '../../api/params.js';

export const paymentSettings = () =>
  hash({
    payment_method_options: accepted(),
    payment_method_types: accepted(),
    save_default_payment_method: oneOf('off', 'on_subscription'),
  });
export type SettingsSent = Values<{ payment_settings: ReturnType<typeof paymentSettings> }>['payment_settings'];

export function fullSettings(sent: SettingsSent): Stripe.Subscription.PaymentSettings {
  return {
    payment_method_options: (sent?.payment_method_options ??
      null) as Stripe.Subscription.PaymentSettings['payment_method_options'],
    payment_method_types: (sent?.payment_method_types ||
      null) as Stripe.Subscription.PaymentSettings['payment_method_types'],
    save_default_payment_method: sent?.save_default_payment_method ?? 'off',
  };
}

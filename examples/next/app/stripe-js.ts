// The parts of Stripe.js that this page uses. `@stripe/stripe-js` has the types of all of it.
export interface Elements {
  create(kind: 'payment'): { mount(selector: string): void };
}

type Confirm = (options: {
  elements: Elements;
  redirect: 'if_required';
  confirmParams: { return_url: string };
}) => Promise<{ error?: { message?: string } }>;

export interface Stripe {
  elements(options: { clientSecret: string }): Elements;
  confirmPayment: Confirm;
  confirmSetup: Confirm;
}

declare global {
  interface Window {
    Stripe(publishableKey: string): Stripe;
  }
}

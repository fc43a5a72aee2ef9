import { createStripe } from './stripe.js';

type Constructor = ((key: string, options?: { stripeAccount?: string }) => ReturnType<typeof createStripe>) & {
  version: number;
};

// Only while a classic script runs does the browser say which one it is.
const script = document.currentScript;
const origin = script instanceof HTMLScriptElement && script.src !== '' ? new URL(script.src).origin : location.origin;

const Stripe: Constructor = Object.assign(
  (key: string, options?: { stripeAccount?: string }) => createStripe(origin, key, options),
  // What wrappers ask for to know whether the script fits them.
  { version: 3 },
);

(window as { Stripe?: Constructor }).Stripe ??= Stripe;

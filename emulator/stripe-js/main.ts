import { createStripe } from './stripe.js';

type Constructor = ((key: string, options?: { stripeAccount?: string }) => ReturnType<typeof createStripe>) & {
  version: number | string;
};

// The browser sets `currentScript` only while a classic script runs, so it is read here and not later.
const script = document.currentScript;
const source = new URL(script instanceof HTMLScriptElement && script.src !== '' ? script.src : location.href);

const Stripe: Constructor = Object.assign(
  (key: string, options?: { stripeAccount?: string }) => createStripe(source.origin, key, options),
  // @stripe/stripe-js compares this with its own release, which is in the address that it loads the script from.
  { version: /^\/(?!v3)([a-z]+)\/stripe\.js$/.exec(source.pathname)?.[1] ?? 3 },
);

(window as { Stripe?: Constructor }).Stripe ??= Stripe;

import { createStripe } from './stripe.js';

type Constructor = ((key: string, options?: { stripeAccount?: string }) => ReturnType<typeof createStripe>) & {
  version: number | string;
};

// Only while a classic script runs does the browser say which one it is.
const script = document.currentScript;
const source = new URL(script instanceof HTMLScriptElement && script.src !== '' ? script.src : location.href);

const Stripe: Constructor = Object.assign(
  (key: string, options?: { stripeAccount?: string }) => createStripe(source.origin, key, options),
  // What @stripe/stripe-js compares with its own release: it is the one the script was asked for by.
  { version: /^\/(?!v3)([a-z]+)\/stripe\.js$/.exec(source.pathname)?.[1] ?? 3 },
);

(window as { Stripe?: Constructor }).Stripe ??= Stripe;

'use client';
import Script from 'next/script';
import { useEffect, useRef, useState } from 'react';
import { subscribe } from './actions';
import type { Elements, Stripe } from './stripe-js';

interface Props {
  /** The text that is shown at first. */
  status: string;
  /** The URL of Stripe.js. */
  stripeJs: string;
  publishableKey: string;
}

interface Begun {
  kind: 'payment' | 'setup' | 'none';
  clientSecret: string | null;
}

export function Subscribe({ status, stripeJs, publishableKey }: Props) {
  const [said, say] = useState(status);
  const [begun, setBegun] = useState<Begun>();
  const form = useRef<{ stripe: Stripe; elements: Elements }>(null);

  async function begin(): Promise<void> {
    const { answer, problem } = await subscribe();
    if (problem !== undefined) return say(problem);
    if (answer.kind === 'none') return goBack();
    setBegun(answer);
  }

  useEffect(() => {
    if (!begun?.clientSecret) return;
    const stripe = window.Stripe(publishableKey);
    const elements = stripe.elements({ clientSecret: begun.clientSecret });
    elements.create('payment').mount('#element');
    form.current = { stripe, elements };
  }, [begun, publishableKey]);

  async function pay(): Promise<void> {
    if (form.current === null) return;
    const { stripe, elements } = form.current;
    say('');
    const options = { elements, redirect: 'if_required' as const, confirmParams: { return_url: back() } };
    const { error } = await (begun?.kind === 'setup' ? stripe.confirmSetup(options) : stripe.confirmPayment(options));
    if (error) return say(error.message ?? 'That did not work.');
    goBack();
  }

  return (
    <>
      <Script src={stripeJs} />
      <p role="status">{said}</p>
      {begun === undefined ? (
        <form action={begin}>
          <button>Subscribe to Team</button>
        </form>
      ) : (
        <form action={pay}>
          <div id="element" />
          <button>Pay</button>
        </form>
      )}
    </>
  );
}

// On that page, the server waits until the database has what Stripe has.
const back = (): string => new URL('/account/back', location.href).href;
const goBack = (): void => location.assign(back());

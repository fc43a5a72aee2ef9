'use client';
import Script from 'next/script';
import { useRef, useState, type FormEvent } from 'react';

interface Elements {
  create(kind: 'payment'): { mount(selector: string): void };
}
interface Confirm {
  (options: { elements: Elements; redirect: 'if_required'; confirmParams: { return_url: string } }): Promise<{
    error?: { message?: string };
  }>;
}
interface Stripe {
  elements(options: { clientSecret: string }): Elements;
  confirmPayment: Confirm;
  confirmSetup: Confirm;
}
declare global {
  interface Window {
    Stripe(publishableKey: string): Stripe;
  }
}

async function post<Answer>(path: string, body: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error('That did not work.');
  return (await answer.json()) as Answer;
}

export function Subscribe({ stripeJs, publishableKey }: { stripeJs: string; publishableKey: string }) {
  const [status, setStatus] = useState('');
  const [kind, setKind] = useState<'payment' | 'setup' | 'none'>();
  const form = useRef<{ stripe: Stripe; elements: Elements } | null>(null);

  const failing =
    (work: (event: FormEvent<HTMLFormElement>) => Promise<void>) => (event: FormEvent<HTMLFormElement>) => {
      event.preventDefault();
      work(event).catch((error: Error) => setStatus(error.message));
    };

  const signIn = failing(async (event) => {
    const username = new FormData(event.currentTarget).get('username');
    await post('/sign-in', { username });
    const subscription = await post<{ kind: 'payment' | 'setup' | 'none'; clientSecret: string }>('/subscribe', {});
    setKind(subscription.kind);
    if (subscription.kind === 'none') return showMembership();
    const stripe = window.Stripe(publishableKey);
    const elements = stripe.elements({ clientSecret: subscription.clientSecret });
    elements.create('payment').mount('#element');
    form.current = { stripe, elements };
  });

  const pay = failing(async () => {
    if (form.current === null) return;
    const { stripe, elements } = form.current;
    const options = { elements, redirect: 'if_required' as const, confirmParams: { return_url: location.href } };
    const { error } = await (kind === 'setup' ? stripe.confirmSetup(options) : stripe.confirmPayment(options));
    if (error) throw new Error(error.message);
    await showMembership();
  });

  // The database follows Stripe within a moment.
  async function showMembership(): Promise<void> {
    for (let look = 0; look < 50; look += 1) {
      const { membership } = (await (await fetch('/membership')).json()) as { membership: { status: string } | null };
      setStatus(`Your subscription is ${membership?.status ?? 'not there yet'}.`);
      if (membership?.status === 'active' || membership?.status === 'trialing') return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  return (
    <main>
      <Script src={stripeJs} strategy="afterInteractive" />
      <h1>Subscribe</h1>
      <p role="status">{status}</p>
      <form onSubmit={signIn} hidden={kind !== undefined}>
        <label>
          Username <input name="username" required />
        </label>
        <button>Sign in and subscribe</button>
      </form>
      <form onSubmit={pay} hidden={kind === undefined}>
        <div id="element" />
        <button>Pay</button>
      </form>
    </main>
  );
}

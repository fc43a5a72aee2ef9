import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

/** Somebody's site, at an origin of its own, which pays with Stripe.js as the official package gives it. */
export interface Shop {
  url: string;
  stop(): Promise<void>;
}

const PACKAGE = fileURLToPath(import.meta.resolve('@stripe/stripe-js/dist/index.mjs'));

export async function openShop(stripeJsUrl: string, publishableKey: string): Promise<Shop> {
  const page = shopPage(stripeJsUrl, publishableKey);
  const files: Readonly<Record<string, readonly [string, string]>> = {
    '/stripe-js.mjs': ['text/javascript', await readFile(PACKAGE, 'utf8')],
    '/favicon.ico': ['image/x-icon', ''],
  };
  const server = createServer((request, response) => {
    const [type, body] = files[request.url ?? ''] ?? ['text/html', page];
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** `?secret` is what is to be paid or saved; what Stripe.js answers is what the page says. */
const shopPage = (stripeJsUrl: string, publishableKey: string): string => `<!doctype html>
<html lang="en">
  <title>A shop</title>
  <main>
    <form><div id="card"></div><button>Pay</button></form>
    <output></output>
  </main>
  <script src="${stripeJsUrl}"></script>
  <script type="module">
    import { loadStripe } from '/stripe-js.mjs';
    const query = new URLSearchParams(location.search);
    const secret = query.get('secret');
    const say = (answer) => (document.querySelector('output').textContent = JSON.stringify(answer));
    const stripe = await loadStripe('${publishableKey}');
    window.theirs = { stripe, loadStripe };
    const back = query.get('payment_intent_client_secret');
    if (query.has('session')) say(await stripe.redirectToCheckout({ sessionId: query.get('session') }));
    else if (back !== null) say(await stripe.retrievePaymentIntent(back));
    else if (secret !== null) {
      const elements = stripe.elements({ clientSecret: secret });
      elements.create('payment').mount('#card');
      document.querySelector('form').addEventListener('submit', async (event) => {
        event.preventDefault();
        say(null);
        const submitted = await elements.submit();
        if (submitted.error) return say(submitted);
        const confirm = secret.startsWith('seti_') ? stripe.confirmSetup : stripe.confirmPayment;
        const redirect = query.get('redirect') ?? 'if_required';
        say(await confirm({ elements, redirect, confirmParams: { return_url: location.origin + '/thanks?order=7' } }));
      });
      say('ready');
    } else say('ready');
  </script>
</html>`;

import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal, startRig, type Rig } from '../../../test/rig.js';

let rig: Rig;
let customer: string;
let price: string;
beforeAll(async () => {
  rig = await startRig();
  customer = (await rig.stripe.customers.create({})).id;
  price = (await rig.stripe.prices.create({ currency: 'usd', unit_amount: 500, product_data: { name: 'Pro' } })).id;
});
afterAll(() => rig.stop());

const OK = 'https://app.example/back';
const items = (): { price: string; quantity: number }[] => [{ price, quantity: 1 }];

/** Every parameter that takes an address, and what sends it. */
const takers: Record<string, (stripe: Stripe, url: string) => Promise<unknown>> = {
  'checkout success_url': (stripe, success_url) =>
    stripe.checkout.sessions.create({ mode: 'payment', line_items: items(), success_url }),
  'checkout cancel_url': (stripe, cancel_url) =>
    stripe.checkout.sessions.create({ mode: 'payment', line_items: items(), success_url: OK, cancel_url }),
  'checkout return_url': (stripe, return_url) =>
    stripe.checkout.sessions.create({ mode: 'payment', line_items: items(), ui_mode: 'embedded_page', return_url }),
  'portal return_url': (stripe, return_url) => stripe.billingPortal.sessions.create({ customer, return_url }),
  'portal flow_data[after_completion]': (stripe, return_url) =>
    stripe.billingPortal.sessions.create({
      customer,
      flow_data: { type: 'payment_method_update', after_completion: { type: 'redirect', redirect: { return_url } } },
    }),
  'portal configuration': (stripe, default_return_url) =>
    stripe.billingPortal.configurations.create({
      features: { invoice_history: { enabled: true } },
      default_return_url,
    }),
  'portal terms': (stripe, terms_of_service_url) =>
    stripe.billingPortal.configurations.create({
      features: { invoice_history: { enabled: true } },
      business_profile: { terms_of_service_url },
    }),
  'payment link redirect': (stripe, url) =>
    stripe.paymentLinks.create({ line_items: items(), after_completion: { type: 'redirect', redirect: { url } } }),
  'payment return_url': (stripe, return_url) =>
    stripe.paymentIntents.create({
      amount: 500,
      currency: 'usd',
      confirm: true,
      payment_method: 'pm_card_visa',
      return_url,
    }),
  'setup return_url': (stripe, return_url) =>
    stripe.setupIntents.create({ confirm: true, payment_method: 'pm_card_visa', return_url }),
  'product url': (stripe, url) => stripe.products.create({ name: 'Pro', url }),
  'product image': (stripe, url) => stripe.products.create({ name: 'Pro', images: [url] }),
  'webhook endpoint': (stripe, url) => stripe.webhookEndpoints.create({ url, enabled_events: ['charge.failed'] }),
};

const BAD = [
  ...[
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'javascript://%0aalert(1)',
    ' javascript:alert(1)',
    'java\tscript:x',
  ],
  ...[
    '\u0001javascript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://a/b',
    'about:blank',
  ],
  ...['https://app.example/a\nb', 'https://app.example/\u0000', 'http:/\\app.example', 'https://', 'https:app.example'],
  ...['/back', '//app.example', 'app.example/back', 'undefined/back', 'view-source://x', 'https://app .example'],
];

describe.each(Object.entries(takers))('%s', (_, send) => {
  test('refuses what is not the address of a page, as Stripe does', async () => {
    for (const url of BAD) {
      const { statusCode, code } = await refusal(
        send(rig.stripe, url).then(() => expect.fail(`took ${JSON.stringify(url)}`)),
      );
      expect([url, statusCode, code]).toEqual([url, 400, 'url_invalid']);
    }
  });

  test.each([OK, 'http://localhost:3000/a?b=c#d', 'https://user@app.example:8443/ü?x={CHECKOUT_SESSION_ID}'])(
    'takes %s',
    async (url) => {
      await expect(send(rig.stripe, url)).resolves.toMatchObject({});
    },
  );
});

test('a payment may return to an app by a scheme of its own', async () => {
  for (const send of [takers['payment return_url'], takers['setup return_url']]) {
    await expect(send?.(rig.stripe, 'myapp://stripe-redirect')).resolves.toMatchObject({});
  }
});

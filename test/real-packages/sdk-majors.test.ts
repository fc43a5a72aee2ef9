import { readFileSync } from 'node:fs';
import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advance, at } from '../../emulator/test/billing.js';
import { receiver, startRig, type Receiver, type Rig } from '../../emulator/test/rig.js';
import { load } from './in-ci/load.mjs';
import { payWithCard } from './hosted-pages.js';

/** 22 has the plain name, since Better Auth asks for it by that name. */
const packageOf = (major: number): string => (major === 22 ? 'stripe' : `stripe-${major}`);
const folderOf = (major: number): URL => new URL(`./in-ci/node_modules/${packageOf(major)}/`, import.meta.url);

/** An object as an older version of the API shows it. */
type Older = Record<string, unknown>;
/** Methods that only some majors have. */
interface OlderMethods {
  invoices: { retrieveUpcoming?: (asked: object) => Promise<Stripe.Invoice> };
  subscriptions: { del?: (id: string) => Promise<Stripe.Subscription> };
}

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

/** The API version that a major is made for: its types were generated from it. */
function versionOf(major: number): string {
  for (const file of ['cjs/apiVersion.js', 'lib/apiVersion.js', 'types/lib.d.ts']) {
    const found = /ApiVersion(?: =|:) '([\d-]+(?:\.\w+)?)'/.exec(textOf(major, file));
    if (found?.[1] !== undefined) return found[1];
  }
  throw new Error(`stripe ${major} is missing: run node tools/prepare/real-packages.mjs`);
}

function textOf(major: number, file: string): string {
  try {
    return readFileSync(new URL(file, folderOf(major)), 'utf8');
  } catch {
    return '';
  }
}

const MAJORS = Array.from({ length: 16 }, (_, index) => index + 8).map((major) => ({
  major,
  version: versionOf(major),
}));

describe.each(MAJORS)('stripe $major at $version', ({ major, version }) => {
  /** Whether the version has what this date brought. */
  const since = (date: string): boolean => version >= date;
  let sdk: typeof Stripe;
  let stripe: Stripe;
  let hooks: Receiver;
  beforeAll(async () => {
    const loaded = (await load(packageOf(major))) as { default: typeof Stripe };
    sdk = loaded.default;
    stripe = new sdk(rig.emulator.secretKey, { ...rig.emulator.sdk, apiVersion: version as never });
    hooks = await receiver();
  });
  afterAll(() => hooks.stop());

  const buyer = async (more: Stripe.CustomerCreateParams = {}): Promise<Stripe.Customer> =>
    stripe.customers.create({
      email: `buyer@sdk${major}.example`,
      payment_method: 'pm_card_visa',
      invoice_settings: { default_payment_method: 'pm_card_visa' },
      ...more,
    });
  const monthly = async (unit_amount: number): Promise<Stripe.Price> =>
    stripe.prices.create({
      currency: 'usd',
      unit_amount,
      recurring: { interval: 'month' },
      product_data: { name: `Plan of ${unit_amount}` },
    });

  test('customers: made, listed page by page, changed, deleted', async () => {
    const email = `pages@sdk${major}.example`;
    const made = await Promise.all(Array.from({ length: 7 }, () => stripe.customers.create({ email })));
    const listed: string[] = [];
    for await (const { id } of stripe.customers.list({ email, limit: 3 })) listed.push(id);
    expect(listed.sort()).toEqual(made.map(({ id }) => id).sort());
    const [id = ''] = listed;
    await stripe.customers.update(id, { name: 'Ada', metadata: { plan: 'pro' } });
    expect(await stripe.customers.retrieve(id)).toMatchObject({ name: 'Ada', metadata: { plan: 'pro' }, email });
    expect(await stripe.customers.del(id)).toMatchObject({ id, deleted: true });
  });

  test('a subscription: paid, previewed, upgraded with proration, renewed, canceled', async () => {
    const clock = await stripe.testHelpers.testClocks.create({ frozen_time: at('2026-04-01') });
    const customer = await buyer({ test_clock: clock.id });
    const [small, large] = [await monthly(1000), await monthly(2000)];
    const created = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: small.id }],
      expand: ['latest_invoice'],
    });
    expect(created).toMatchObject({ status: 'active', latest_invoice: { status: 'paid', amount_paid: 1000 } });
    const [item] = created.items.data;
    const ends = since('2025-03-31') ? item : (created as unknown as Older);
    expect(ends).toMatchObject({ current_period_start: at('2026-04-01'), current_period_end: at('2026-05-01') });
    const invoice = created.latest_invoice as unknown as Older;
    if (since('2025-03-31')) {
      expect(invoice['parent']).toMatchObject({ subscription_details: { subscription: created.id } });
      expect(invoice).not.toHaveProperty('payment_intent');
    } else {
      expect(invoice).toMatchObject({ paid: true, subscription: created.id });
      expect(await stripe.paymentIntents.retrieve(invoice['payment_intent'] as string)).toMatchObject({
        status: 'succeeded',
        amount_received: 1000,
        invoice: invoice['id'],
      });
    }

    await advance(rig, clock, at('2026-04-16'));
    const older = stripe as unknown as OlderMethods;
    const change = [{ id: item?.id ?? '', price: large.id }];
    const preview =
      older.invoices.retrieveUpcoming === undefined
        ? await stripe.invoices.createPreview({
            subscription: created.id,
            subscription_details: { items: change, proration_behavior: 'always_invoice' },
          })
        : await older.invoices.retrieveUpcoming({
            subscription: created.id,
            subscription_items: change,
            subscription_proration_behavior: 'always_invoice',
          });
    expect(preview.lines.data.map(({ amount }) => amount)).toEqual([-500, 1000]);
    const upgraded = await stripe.subscriptions.update(created.id, {
      items: change,
      proration_behavior: 'always_invoice',
      expand: ['latest_invoice'],
    });
    expect(upgraded).toMatchObject({ latest_invoice: { total: 500, amount_paid: 500, status: 'paid' } });
    expect(upgraded.items.data).toMatchObject([{ price: { id: large.id, unit_amount: 2000 }, quantity: 1 }]);

    await advance(rig, clock, at('2026-05-02'));
    const { data } = await stripe.invoices.list({ subscription: created.id });
    expect(data[0]).toMatchObject({ billing_reason: 'subscription_cycle', amount_paid: 2000, status: 'paid' });
    const gone = await (older.subscriptions.del === undefined || major > 11
      ? stripe.subscriptions.cancel(created.id)
      : older.subscriptions.del(created.id));
    expect(gone).toMatchObject({ status: 'canceled', ended_at: at('2026-05-02') });
  });

  test('a payment: taken, partly refunded; a declined one says why', async () => {
    const pay = async (payment_method: string): Promise<Stripe.PaymentIntent> =>
      stripe.paymentIntents.create({
        amount: 2500,
        currency: 'eur',
        payment_method,
        confirm: true,
        ...(major < 23 ? { payment_method_types: ['card'] } : { allowed_payment_method_types: ['card'] }),
      });
    const intent = await pay('pm_card_visa');
    expect(intent).toMatchObject({ status: 'succeeded', amount_received: 2500 });
    const { charges } = intent as unknown as { charges?: { data: { id: string; paid: boolean }[] } };
    if (since('2022-11-15')) expect(charges).toBeUndefined();
    else expect(charges?.data).toMatchObject([{ paid: true, amount: 2500 }]);
    const refund = await stripe.refunds.create({ payment_intent: intent.id, amount: 1000 });
    const charge = await stripe.charges.retrieve(refund.charge as string);
    expect(charge).toMatchObject({ amount: 2500, amount_refunded: 1000, refunded: false });
    // From 2022-11-15 on, a charge has its refunds only when they are asked for.
    expect(charge.refunds?.data.length).toBe(since('2022-11-15') ? undefined : 1);

    await expect(pay('pm_card_visa_chargeDeclinedInsufficientFunds')).rejects.toMatchObject({
      type: 'StripeCardError',
      code: 'card_declined',
      decline_code: 'insufficient_funds',
      payment_intent: { status: 'requires_payment_method' },
    });
  });

  test('Checkout: a subscription is bought on the page', async () => {
    const price = await monthly(1500);
    const session = await stripe.checkout.sessions.create({
      mode: 'subscription',
      line_items: [{ price: price.id, quantity: 3 }],
      success_url: 'https://app.example/done?session={CHECKOUT_SESSION_ID}',
      cancel_url: 'https://app.example/back',
    });
    expect(await payWithCard(session.url ?? '', `page@sdk${major}.example`)).toBe(
      `https://app.example/done?session=${session.id}`,
    );
    const done = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ['line_items', 'subscription', 'customer'],
    });
    expect(done).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      amount_total: 4500,
      line_items: { data: [{ quantity: 3, amount_total: 4500 }] },
      subscription: { status: 'active', items: { data: [{ quantity: 3, price: { id: price.id } }] } },
      customer: { email: `page@sdk${major}.example` },
    });
  });

  test('a webhook: signed, and in the SDK’s own version', async () => {
    const { secret } = rig.emulator.createWebhookEndpoint({ url: hooks.url, api_version: version });
    const customer = await buyer();
    const subscription = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: (await monthly(900)).id }],
    });
    const { body, headers } = await hooks.next(
      ({ event }) =>
        event.type === 'customer.subscription.created' && (event.data.object as { id: string }).id === subscription.id,
    );
    const event = stripe.webhooks.constructEvent(body, headers['stripe-signature'] ?? '', secret);
    expect(event).toMatchObject({ api_version: version, data: { object: { id: subscription.id } } });
    const shown = event.data.object as unknown as Older;
    expect('current_period_end' in shown).toBe(!since('2025-03-31'));
    expect(() => stripe.webhooks.constructEvent(`${body} `, headers['stripe-signature'] ?? '', secret)).toThrow(
      /signature/i,
    );
  });

  test('a repeated request is answered once; what is missing is an error with its code', async () => {
    const key = `order-of-${major}`;
    const asked = { amount: 700, currency: 'usd' };
    const first = await stripe.paymentIntents.create(asked, { idempotencyKey: key });
    const second = await stripe.paymentIntents.create(asked, { idempotencyKey: key });
    expect(second.id).toBe(first.id);
    await expect(
      stripe.paymentIntents.create({ ...asked, amount: 800 }, { idempotencyKey: key }),
    ).rejects.toMatchObject({ type: 'StripeIdempotencyError' });
    await expect(stripe.prices.retrieve('price_none')).rejects.toMatchObject({
      type: 'StripeInvalidRequestError',
      code: 'resource_missing',
      statusCode: 404,
    });
  });
});

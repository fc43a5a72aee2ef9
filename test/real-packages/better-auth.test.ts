import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startRig, type Rig } from '../../emulator/test/rig.js';
import { startApp, type App, type Person, type Row } from './better-auth-app.js';
import { payWithCard, submit } from './hosted-pages.js';

const DAY = 86_400_000;
const WAIT = { timeout: 10_000, interval: 10 };

let rig: Rig;
let app: App;
let prices: Record<'starter' | 'team' | 'yearly' | 'base' | 'seat', string>;

beforeAll(async () => {
  rig = await startRig();
  // Time stands still until a test moves it, so that amounts are exact.
  rig.emulator.clock.setRate(0);
  const priceOf = async (unit_amount: number, interval: 'month' | 'year' = 'month', lookup_key?: string) => {
    const asked: Stripe.PriceCreateParams = {
      currency: 'usd',
      unit_amount,
      recurring: { interval },
      product_data: { name: `Plan of ${unit_amount}` },
    };
    return (await rig.stripe.prices.create(lookup_key === undefined ? asked : { ...asked, lookup_key })).id;
  };
  prices = {
    starter: await priceOf(1000),
    team: await priceOf(2500),
    yearly: await priceOf(10_000, 'year'),
    base: await priceOf(4000),
    seat: await priceOf(700),
  };
  await priceOf(5000, 'month', 'studio_monthly');
  app = await startApp(rig, [
    { name: 'starter', priceId: prices.starter, annualDiscountPriceId: prices.yearly, limits: { projects: 3 } },
    { name: 'team', priceId: prices.team, limits: { projects: 30 } },
    { name: 'studio', lookupKey: 'studio_monthly' },
    { name: 'trial', priceId: prices.team, freeTrial: { days: 14 } },
    { name: 'company', priceId: prices.base, seatPriceId: prices.seat, prorationBehavior: 'always_invoice' },
  ]);
});
afterAll(async () => {
  await app.stop();
  await rig.stop();
});

/** Asks for a plan. Returns the page that the app sends the person to. */
async function choose(person: Person, plan: string, more: object = {}): Promise<string> {
  const pages = { successUrl: `${app.url}/welcome`, cancelUrl: `${app.url}/prices`, returnUrl: `${app.url}/account` };
  const { url } = await person.call('/subscription/upgrade', { plan, ...pages, ...more });
  return url as string;
}

async function buy(person: Person, plan: string, more: object = {}): Promise<void> {
  const back = await payWithCard(await choose(person, plan, more), person.email);
  expect(await person.open(back)).toBe(`${app.url}/welcome`);
}

/** Waits until the app's row says so: webhooks carry it there. */
const rowOf = (reference: unknown, expected: Record<string, unknown>): Promise<Row> =>
  vi.waitFor(() => {
    const row = app.tables.subscription.find(({ referenceId }) => referenceId === reference);
    expect(row).toMatchObject(expected);
    return row as Row;
  }, WAIT);

const atStripe = async (row: Row): Promise<Stripe.Subscription> =>
  rig.stripe.subscriptions.retrieve(row['stripeSubscriptionId'] as string);

const invoicesOf = async (row: Row): Promise<Stripe.Invoice[]> =>
  (await rig.stripe.invoices.list({ subscription: row['stripeSubscriptionId'] as string })).data;

const confirm = (page: string, row: Row): Promise<string> =>
  submit(page, { action: 'confirm', subscription: row['stripeSubscriptionId'] as string });

describe('@better-auth/stripe', () => {
  test('a sign-up makes the customer', async () => {
    const person = await app.signUp('ada');
    const { id, stripeCustomerId } = person.row();
    expect(await rig.stripe.customers.retrieve(stripeCustomerId as string)).toMatchObject({
      email: person.email,
      name: 'ada',
      metadata: { userId: id, customerType: 'user' },
    });
  });

  test('Checkout: the plan is paid, and the app knows', async () => {
    const person = await app.signUp('checkout');
    await buy(person, 'starter');
    const row = await rowOf(person.row().id, { plan: 'starter', status: 'active', seats: 1, billingInterval: 'month' });
    expect(await person.list()).toMatchObject([{ plan: 'starter', limits: { projects: 3 }, priceId: prices.starter }]);
    expect(await invoicesOf(row)).toMatchObject([{ status: 'paid', amount_paid: 1000, customer_email: person.email }]);
    expect((await atStripe(row)).items.data[0]?.current_period_end).toBe((row['periodEnd'] as Date).getTime() / 1000);
  });

  test('an upgrade is confirmed on the portal’s page and prorated', async () => {
    const person = await app.signUp('upgrade');
    await buy(person, 'starter');
    const row = await rowOf(person.row().id, { status: 'active' });
    expect(await confirm(await choose(person, 'team'), row)).toBe(`${app.url}/account`);
    await rowOf(person.row().id, { plan: 'team', status: 'active' });
    expect(await person.list()).toMatchObject([{ plan: 'team', limits: { projects: 30 }, priceId: prices.team }]);
    const [item] = (await atStripe(row)).items.data;
    expect(item).toMatchObject({ price: { id: prices.team }, quantity: 1 });
    const upcoming = await rig.stripe.invoices.createPreview({ subscription: row['stripeSubscriptionId'] as string });
    // The month that was paid as the smaller plan comes back, the larger one is billed twice.
    expect(upcoming.lines.data.map(({ amount }) => amount)).toEqual([-1000, 2500, 2500]);
    await expect(choose(person, 'team')).rejects.toThrow(/already subscribed/i);
  });

  test('more seats of the same plan, and from monthly to yearly', async () => {
    const person = await app.signUp('seats');
    await buy(person, 'starter', { seats: 3 });
    const row = await rowOf(person.row().id, { status: 'active', seats: 3 });
    expect(await invoicesOf(row)).toMatchObject([{ amount_paid: 3000 }]);
    await confirm(await choose(person, 'starter', { seats: 5 }), row);
    await rowOf(person.row().id, { plan: 'starter', seats: 5 });
    expect((await atStripe(row)).items.data).toMatchObject([{ quantity: 5 }]);
    await confirm(await choose(person, 'starter', { seats: 5, annual: true }), row);
    await rowOf(person.row().id, { plan: 'starter', seats: 5, billingInterval: 'year' });
    expect((await atStripe(row)).items.data).toMatchObject([{ quantity: 5, price: { id: prices.yearly } }]);
    const [latest] = await invoicesOf(row);
    // The five months: three were paid, two were added, all come back; then five years.
    expect(latest).toMatchObject({ status: 'paid', total: 50_000 - 3000 });
  });

  test('a plan by its lookup key', async () => {
    const person = await app.signUp('lookup');
    await buy(person, 'studio');
    const row = await rowOf(person.row().id, { plan: 'studio', status: 'active' });
    expect(await invoicesOf(row)).toMatchObject([{ amount_paid: 5000 }]);
  });

  test('a free trial, which one gets once', async () => {
    const person = await app.signUp('trial');
    await buy(person, 'trial');
    const row = await rowOf(person.row().id, { status: 'trialing' });
    expect((row['trialEnd'] as Date).getTime() - (row['trialStart'] as Date).getTime()).toBe(14 * DAY);
    expect(await invoicesOf(row)).toMatchObject([{ amount_paid: 0 }]);
    await rig.stripe.subscriptions.cancel(row['stripeSubscriptionId'] as string);
    await rowOf(person.row().id, { status: 'canceled' });
    await buy(person, 'trial');
    const [paid] = (await rig.stripe.invoices.list({ customer: person.row()['stripeCustomerId'] as string })).data;
    expect(paid).toMatchObject({ status: 'paid', amount_paid: 2500 });
  });

  test('a cancellation on the portal’s page, and its restoration', async () => {
    const person = await app.signUp('cancel');
    await buy(person, 'starter');
    const row = await rowOf(person.row().id, { status: 'active' });
    const cancel = async (): Promise<string> =>
      (await person.call('/subscription/cancel', { returnUrl: `${app.url}/account` }))['url'] as string;
    await submit(await cancel(), { action: 'cancel', subscription: row['stripeSubscriptionId'] as string });
    // The portal sets the date, not the flag.
    await rowOf(person.row().id, { status: 'active', cancelAtPeriodEnd: false, cancelAt: row['periodEnd'] });
    await expect(cancel()).rejects.toThrow(/already set to be canceled/);

    await person.call('/subscription/restore', {});
    await rowOf(person.row().id, { status: 'active', cancelAt: null, canceledAt: null });
    expect(await atStripe(row)).toMatchObject({ cancel_at_period_end: false, cancel_at: null, canceled_at: null });
  });

  test('an organization pays for its members, as they come and go', async () => {
    const person = await app.signUp('owner');
    const organization = await person.call('/organization/create', { name: 'Analytical', slug: 'analytical' });
    const asked = { customerType: 'organization', referenceId: organization.id };
    const back = await payWithCard(await choose(person, 'company', asked), person.email);
    await person.open(back);
    const row = await rowOf(organization.id, { plan: 'company', status: 'active', seats: 1 });
    expect(await invoicesOf(row)).toMatchObject([{ amount_paid: 4700 }]);
    const customer = await rig.stripe.customers.retrieve(row['stripeCustomerId'] as string);
    expect(customer).toMatchObject({ name: 'Analytical', metadata: { organizationId: organization.id } });

    const member = await app.signUp('member');
    const body = { userId: member.row().id, organizationId: organization.id, role: 'member' };
    await app.api.addMember({ body });
    await rowOf(organization.id, { seats: 2 });
    const quantities = async (): Promise<unknown[]> =>
      (await atStripe(row)).items.data.map(({ price, quantity }) => [price.id, quantity]);
    expect(await quantities()).toEqual([
      [prices.base, 1],
      [prices.seat, 2],
    ]);
    expect((await invoicesOf(row))[0]).toMatchObject({ status: 'paid', total: 700 });
    await person.call('/organization/remove-member', {
      memberIdOrEmail: member.email,
      organizationId: organization.id,
    });
    await rowOf(organization.id, { seats: 1 });
    expect((await quantities())[1]).toEqual([prices.seat, 1]);
    expect((await invoicesOf(row))[0]).toMatchObject({ total: -700, amount_due: 0 });
  });
});

// They move the time, so they come last.
describe('@better-auth/stripe, as time passes', () => {
  test('a downgrade at the period’s end: the schedule makes it, and it can be taken back', async () => {
    const person = await app.signUp('downgrade');
    await buy(person, 'team');
    const row = await rowOf(person.row().id, { plan: 'team', status: 'active' });
    const later = { scheduleAtPeriodEnd: true };
    expect(await choose(person, 'starter', later)).toBe(`${app.url}/account`);
    await rowOf(person.row().id, { plan: 'team', stripeScheduleId: expect.stringMatching(/^sub_sched_/) });
    await person.call('/subscription/restore', {});
    expect((await atStripe(row)).schedule).toBeNull();

    await choose(person, 'starter', later);
    const { schedule } = await atStripe(row);
    expect(await rig.stripe.subscriptionSchedules.retrieve(schedule as string)).toMatchObject({
      status: 'active',
      end_behavior: 'release',
      phases: [{ items: [{ price: prices.team }] }, { items: [{ price: prices.starter }] }],
    });
    rig.emulator.clock.advance(32 * DAY);
    await rowOf(person.row().id, { plan: 'starter', status: 'active' });
    expect(await person.list()).toMatchObject([{ plan: 'starter', limits: { projects: 3 } }]);
    await vi.waitFor(async () => {
      const invoices = await invoicesOf(row);
      expect(invoices.map(({ amount_paid }) => amount_paid)).toEqual([1000, 2500]);
    }, WAIT);
  });

  test('what was canceled at the period’s end is over then', async () => {
    const person = await app.signUp('ends');
    await buy(person, 'starter');
    const row = await rowOf(person.row().id, { status: 'active' });
    await rig.stripe.subscriptions.update(row['stripeSubscriptionId'] as string, { cancel_at_period_end: true });
    await rowOf(person.row().id, { cancelAtPeriodEnd: true });
    rig.emulator.clock.advance(32 * DAY);
    const ended = await rowOf(person.row().id, { status: 'canceled' });
    expect(ended['endedAt']).toEqual(row['periodEnd']);
    expect(await person.list()).toEqual([]);
    expect(await invoicesOf(row)).toHaveLength(1);
  });
});

import { LockstepError } from '../../kernel/error.js';
import type { Caller } from '../caller.js';
import { answers, requests } from './schemas.js';
import { route, type Call, type Route } from './route.js';

const HOUR_MS = 3_600_000;

/** Every endpoint for a user. */
export const routes: readonly Route[] = [
  route({
    method: 'post',
    path: '/customer',
    action: 'customer.write',
    summary: 'The Stripe customer of the user, made where there is none. Exactly one, however often it is asked for.',
    asked: requests.none,
    answer: answers.customer,
    run: async ({ billing, user }) => ({ id: (await billing.customers.ensure(user)).id }),
  }),
  route({
    method: 'post',
    path: '/changed',
    action: 'user.write',
    summary:
      'The app has changed the user: what it changed goes to Stripe. Answers what the Dashboard has differently.',
    asked: requests.changed,
    answer: answers.changed,
    run: async ({ billing, user, asked: { metadata } }) => ({
      sent: await billing.users.changed(user, metadata),
      differences: await billing.users.differences(user),
    }),
  }),
  route({
    method: 'post',
    path: '/deleted',
    action: 'user.write',
    summary: 'The app has deleted the user, or is about to: its customer is kept, loses its subscriptions, or goes.',
    asked: requests.deleted,
    answer: answers.deleted,
    userMayBeGone: true,
    run: async ({ billing, user, asked: { what } }) => {
      await billing.users.deleted(user.id, what);
      return { deleted: true };
    },
  }),
  route({
    method: 'get',
    path: '/access',
    action: 'access.read',
    summary: 'Whether the user is subscribed: at all, or to a product, price or group; and which features there are.',
    asked: requests.which,
    answer: answers.access,
    run: async ({ billing, user, asked: { feature, ...which } }) => {
      const access = await billing.for(user);
      const features = (await access.entitlements()).map(({ lookupKey }) => lookupKey);
      return {
        subscribed: await access.isSubscribed(which),
        has: feature === undefined ? null : features.includes(feature),
        subscription: await access.subscription(which),
        features,
      };
    },
  }),
  route({
    method: 'get',
    path: '/subscriptions',
    action: 'subscriptions.read',
    summary: 'The subscriptions of the user, the one that counts first.',
    asked: requests.none,
    answer: answers.subscriptions,
    run: async ({ billing, user }) => ({ subscriptions: await (await billing.for(user)).subscriptions() }),
  }),
  route({
    method: 'post',
    path: '/subscriptions',
    action: 'subscriptions.write',
    summary: 'A subscription to be paid with Elements. One that is still to be paid is taken up again.',
    asked: requests.create,
    answer: answers.created,
    serviceOnly: ['trialDays', 'withoutCard', 'coupon', 'metadata'],
    run: ({ billing, user, caller, asked, idempotencyKey }) =>
      billing.subscriptions.create({ ...asked, user, idempotencyKey, listedOnly: isPerson(caller) }),
  }),
  route({
    method: 'post',
    path: '/subscriptions/{id}/preview',
    action: 'subscriptions.read',
    summary: 'What a change would cost, by Stripe. Send its prorationDate with the change.',
    asked: requests.change,
    answer: answers.preview,
    run: ({ billing, user, id, ...call }) => billing.subscriptions.preview(user, id, changeOf(call)),
  }),
  route({
    method: 'post',
    path: '/subscriptions/{id}/change',
    action: 'subscriptions.write',
    summary: 'Another price, quantity or set of items, now or when the period ends.',
    asked: requests.change,
    answer: answers.subscription,
    run: async ({ billing, user, id, ...call }) => {
      await billing.subscriptions.change(user, id, changeOf(call));
      return state({ billing, user, id });
    },
  }),
  route({
    method: 'post',
    path: '/subscriptions/{id}/cancel',
    action: 'subscriptions.write',
    summary: 'Ends it: when the period ends (default), now, or at a moment.',
    asked: requests.cancel,
    answer: answers.subscription,
    run: async ({ billing, user, id, asked: { at = 'period_end' } }) => {
      await billing.subscriptions.cancel(user, id, at === 'now' || at === 'period_end' ? at : new Date(at));
      return state({ billing, user, id });
    },
  }),
  route({
    method: 'post',
    path: '/subscriptions/{id}/resume',
    action: 'subscriptions.write',
    summary: 'Takes back an end to come, or a pause.',
    asked: requests.none,
    answer: answers.subscription,
    run: async ({ billing, user, id }) => {
      await billing.subscriptions.resume(user, id);
      return state({ billing, user, id });
    },
  }),
  route({
    method: 'post',
    path: '/subscriptions/{id}/pause',
    action: 'subscriptions.pause',
    summary: 'Collects nothing until it is resumed, or until a moment. For the app’s own server alone.',
    asked: requests.pause,
    answer: answers.subscription,
    run: async ({ billing, user, id, asked: { until } }) => {
      await billing.subscriptions.pause(user, id, until === undefined ? undefined : new Date(until));
      return state({ billing, user, id });
    },
  }),
  route({
    method: 'get',
    path: '/invoices',
    action: 'invoices.read',
    summary: 'The invoices of the user, the newest first, with their PDF.',
    asked: requests.invoices,
    answer: answers.invoices,
    run: async ({ billing, user, asked: { limit, before } }) => ({
      invoices: await (
        await billing.for(user)
      ).invoices({
        limit: limit === undefined ? undefined : Number(limit),
        before: before === undefined ? undefined : new Date(before),
      }),
    }),
  }),
  route({
    method: 'get',
    path: '/invoices/upcoming',
    action: 'invoices.read',
    summary: 'What the next invoice would be, asked of Stripe.',
    asked: requests.none,
    answer: answers.upcoming,
    run: async ({ billing, user }) => ({ invoice: await (await billing.for(user)).upcomingInvoice() }),
  }),
  route({
    method: 'post',
    path: '/checkout',
    action: 'pages.open',
    summary: 'A page of Stripe’s where the subscription is bought.',
    asked: requests.checkout,
    answer: answers.page,
    serviceOnly: ['trialDays', 'withoutCard', 'metadata'],
    run: ({ billing, user, caller, asked, idempotencyKey }) =>
      billing.sessions.checkout({ ...asked, user, idempotencyKey, listedOnly: isPerson(caller) }),
  }),
  route({
    method: 'post',
    path: '/portal',
    action: 'pages.open',
    summary: 'A page of Stripe’s where the user looks after subscriptions, cards and invoices.',
    asked: requests.portal,
    answer: answers.page,
    run: ({ billing, user, asked: { returnUrl }, idempotencyKey }) =>
      billing.sessions.portal({ user, returnUrl, idempotencyKey }),
  }),
  route({
    method: 'post',
    path: '/setup',
    action: 'pages.open',
    summary: 'A payment method for later, with Elements.',
    asked: requests.none,
    answer: answers.setup,
    run: ({ billing, user, idempotencyKey }) => billing.sessions.setup({ user, idempotencyKey }),
  }),
  route({
    method: 'post',
    path: '/usage',
    action: 'usage.write',
    summary: 'Usage of a metered price. For the app’s own server alone.',
    asked: requests.usage,
    answer: answers.usage,
    run: async ({ billing, user, asked: { at, id, ...report }, idempotencyKey }) => ({
      outcome: await billing.usage.report({
        ...report,
        user,
        at: at === undefined ? undefined : new Date(at),
        id: id ?? idempotencyKey,
      }),
    }),
  }),
  route({
    method: 'post',
    path: '/settled',
    action: 'access.read',
    summary: 'For the page that the user comes back to from Stripe: answers when the mirror has what Stripe has.',
    asked: requests.none,
    answer: answers.access,
    run: async ({ billing, user }) => {
      await billing.settled((await billing.customers.ensure(user)).id);
      const access = await billing.for(user);
      const features = (await access.entitlements()).map(({ lookupKey }) => lookupKey);
      const subscription = await access.subscription();
      return { subscribed: subscription?.access === true, has: null, subscription, features };
    },
  }),
];

type ChangeAsked = Pick<Call<unknown>, 'caller' | 'now' | 'idempotencyKey'> & {
  asked: {
    price?: string | undefined;
    items?: { price: string; quantity?: number | undefined }[] | undefined;
    when?: 'now' | 'now_invoiced' | 'now_unprorated' | 'period_end' | undefined;
    prorationDate?: string | undefined;
  };
};

/** @throws forbidden a person asks for what would make the change cheaper */
function changeOf({ asked, caller, now, idempotencyKey }: ChangeAsked) {
  const { prorationDate, ...rest } = asked;
  const at = prorationDate === undefined ? undefined : new Date(prorationDate);
  if (isPerson(caller) && (rest.when === 'now_unprorated' || (at !== undefined && isFar(at, now)))) {
    throw new LockstepError('forbidden', 'Only your server may skip the proration or choose its date', {
      hint: 'preview the change, then send the prorationDate of the preview within one hour',
    });
  }
  return { ...rest, prorationDate: at, idempotencyKey, listedOnly: isPerson(caller) };
}

function isFar(at: Date, now: Date): boolean {
  return Math.abs(now.getTime() - at.getTime()) > HOUR_MS;
}

export function isPerson({ kind }: Caller): boolean {
  return kind !== 'service';
}

async function state({ billing, user, id }: Pick<Call<unknown>, 'billing' | 'user' | 'id'>): Promise<unknown> {
  const all = await (await billing.for(user)).subscriptions();
  return { subscription: all.find((one) => one.id === id) ?? null };
}

import { LockstepError } from '../../kernel/error.js';
import { isPerson } from '../caller.js';
import { answers, requests } from './schemas.js';
import { userRoute, type Call, type UserRoute } from './user-route.js';

const HOUR_MS = 3_600_000;

/** The routes for subscriptions and their changes. */
export const subscriptionRoutes: readonly UserRoute[] = [
  userRoute({
    method: 'GET',
    path: '/v1/users/{user}/subscriptions',
    caller: 'user',
    action: 'subscriptions.read',
    summary: 'The subscriptions of the user, the one that counts first.',
    asked: requests.none,
    answer: answers.subscriptions,
    run: async ({ billing, user }) => ({ subscriptions: await (await billing.for(user)).subscriptions() }),
  }),
  userRoute({
    method: 'POST',
    path: '/v1/users/{user}/subscriptions',
    caller: 'user',
    action: 'subscriptions.write',
    summary: 'A subscription to be paid with Elements. One that is still to be paid is taken up again.',
    asked: requests.create,
    answer: answers.created,
    serviceOnly: ['trialDays', 'withoutCard', 'coupon', 'metadata'],
    run: ({ billing, user, caller, asked, idempotencyKey }) =>
      billing.subscriptions.create({ ...asked, user, idempotencyKey, listedOnly: isPerson(caller) }),
  }),
  userRoute({
    method: 'POST',
    path: '/v1/users/{user}/subscriptions/{id}/preview',
    caller: 'user',
    action: 'subscriptions.read',
    summary: 'What a change would cost, by Stripe. Send its prorationDate with the change.',
    asked: requests.change,
    answer: answers.preview,
    run: ({ billing, user, id, ...call }) => billing.subscriptions.preview(user, id, changeOf(call)),
  }),
  userRoute({
    method: 'POST',
    path: '/v1/users/{user}/subscriptions/{id}/change',
    caller: 'user',
    action: 'subscriptions.write',
    summary: 'Another price, quantity or set of items, now or when the period ends.',
    asked: requests.change,
    answer: answers.subscription,
    run: async ({ billing, user, id, ...call }) => {
      await billing.subscriptions.change(user, id, changeOf(call));
      return state({ billing, user, id });
    },
  }),
  userRoute({
    method: 'POST',
    path: '/v1/users/{user}/subscriptions/{id}/cancel',
    caller: 'user',
    action: 'subscriptions.write',
    summary: 'Ends it: when the period ends (default), now, or at a moment.',
    asked: requests.cancel,
    answer: answers.subscription,
    run: async ({ billing, user, id, asked: { at = 'period_end' } }) => {
      await billing.subscriptions.cancel(user, id, at === 'now' || at === 'period_end' ? at : new Date(at));
      return state({ billing, user, id });
    },
  }),
  userRoute({
    method: 'POST',
    path: '/v1/users/{user}/subscriptions/{id}/resume',
    caller: 'user',
    action: 'subscriptions.write',
    summary: 'Takes back an end to come, or a pause.',
    asked: requests.none,
    answer: answers.subscription,
    run: async ({ billing, user, id }) => {
      await billing.subscriptions.resume(user, id);
      return state({ billing, user, id });
    },
  }),
  userRoute({
    method: 'POST',
    path: '/v1/users/{user}/subscriptions/{id}/pause',
    caller: 'server',
    action: 'subscriptions.pause',
    summary: 'Collects nothing until it is resumed, or until a moment. For the app’s own server alone.',
    asked: requests.pause,
    answer: answers.subscription,
    run: async ({ billing, user, id, asked: { until } }) => {
      await billing.subscriptions.pause(user, id, until === undefined ? undefined : new Date(until));
      return state({ billing, user, id });
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

/** @throws forbidden a user asks for something that makes the change cheaper */
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

async function state({ billing, user, id }: Pick<Call<unknown>, 'billing' | 'user' | 'id'>): Promise<unknown> {
  const all = await (await billing.for(user)).subscriptions();
  return { subscription: all.find((one) => one.id === id) ?? null };
}

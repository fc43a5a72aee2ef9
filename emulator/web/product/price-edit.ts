import type { Params } from '../api.js';

export interface EditedPrice {
  readonly amount: number;
  readonly trialDays: number;
  readonly nickname: string;
}

export interface PriceNow {
  readonly id: string;
  readonly product: string;
  readonly currency: string;
  readonly unit_amount: number | null;
  readonly nickname: string | null;
  readonly recurring: { interval: string; interval_count: number; trial_period_days: number | null } | null;
}

/** One request. `newId` in its path or parameters stands for the id in the first request's response. */
export interface Step {
  readonly path: string;
  readonly params: Params;
}

export const newId = '{new}';

/**
 * The requests that an edit needs. The amount of a price can never change, so another amount needs a new price, and the
 * old one is archived. Stripe refuses to archive a default price, so the new one becomes the default first. The trial
 * length is a field of the price's plan.
 */
export function priceSteps(price: PriceNow, isDefault: boolean, edited: EditedPrice): readonly Step[] {
  const oldTrial = price.recurring?.trial_period_days ?? 0;
  if (edited.amount === price.unit_amount) {
    return [
      ...(edited.nickname === (price.nickname ?? '')
        ? []
        : [{ path: `/v1/prices/${price.id}`, params: { nickname: edited.nickname || null } }]),
      ...(price.recurring && edited.trialDays !== oldTrial ? [trialStep(price.id, edited.trialDays)] : []),
    ];
  }
  const { recurring } = price;
  return [
    {
      path: '/v1/prices',
      params: {
        product: price.product,
        currency: price.currency,
        unit_amount: edited.amount,
        nickname: edited.nickname || undefined,
        recurring: recurring ? { interval: recurring.interval, interval_count: recurring.interval_count } : undefined,
      },
    },
    ...(recurring && edited.trialDays > 0 ? [trialStep(newId, edited.trialDays)] : []),
    ...(isDefault ? [{ path: `/v1/products/${price.product}`, params: { default_price: newId } }] : []),
    { path: `/v1/prices/${price.id}`, params: { active: false } },
  ];
}

function trialStep(price: string, days: number): Step {
  return { path: `/v1/plans/${price}`, params: { trial_period_days: days === 0 ? null : days } };
}

import type { Json } from '../../state/rows.js';
import type { PriceRow } from '../price/row.js';

/** The plan of a recurring price: the same thing in the older shape, by the same id. */
export function planView(row: PriceRow): Json {
  return {
    id: row.id,
    object: 'plan',
    active: row.active,
    amount: row.unit_amount,
    amount_decimal: row.unit_amount_decimal,
    billing_scheme: row.billing_scheme,
    created: row.created,
    currency: row.currency,
    interval: row.recurring?.interval ?? null,
    interval_count: row.recurring?.interval_count ?? null,
    livemode: false,
    metadata: row.metadata,
    meter: row.recurring?.meter ?? null,
    nickname: row.nickname,
    product: row.product,
    tiers_mode: row.tiers_mode,
    transform_usage: row.transform_quantity,
    trial_period_days: row.recurring?.trial_period_days ?? null,
    usage_type: row.recurring?.usage_type ?? null,
  };
}
